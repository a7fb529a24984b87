package verdict

import (
	"fmt"
	"math"
	"path"
	"strings"

	"collatebench/internal/spell"
)

const (
	coresAlike  = "cores are worth the same and nothing else limits"
	coresExist  = "the machine has as many cores as GOMAXPROCS says (a trace does not tell)"
	moreAtOnce  = "the upstream answers more at once as fast"
	gcVanishes  = "the garbage collector's work could all be spared"
	upstreamHow = "its queue and service times (Server-Timing, access log or metrics) and the bytes per second tell which; doubling the window proves it"
)

// short leaves the last element of a function's package path: json.Unmarshal
// is known well enough, but encoding/json.Unmarshal is exact, so only long
// paths are cut.
func short(function string) string {
	if strings.Count(function, "/") < 2 {
		return function
	}
	dir, base := path.Split(function)
	return path.Base(dir) + "/" + base
}

// in says where the section spends its time.
func (s TraceSection) in() string {
	if s.Function == "" {
		return ""
	}
	if s.Calls != "" {
		return " in " + s.Calls + ", called at " + s.At + " (" + short(s.Function) + ")"
	}
	if s.At != "" {
		return " in " + short(s.Function) + " (" + s.At + ")"
	}
	return " in " + s.Function
}

// spends is the sentence about the function that takes the time.
func (s TraceSection) spends(who string) string {
	if s.Function == "" {
		return ""
	}
	return fmt.Sprintf("%s spends %.0f%% of its time%s.\n", who, 100*s.Share, s.in())
}

// waits says who waits where, and for how long.
func (w TraceWait) waits() string {
	if w.At == "" {
		return ""
	}
	return fmt.Sprintf("They wait in %s at %s (%s), %s each time.\n", w.Reason, w.At, short(w.In), duration(w.Seconds))
}

func duration(seconds float64) string { return spell.DurationSI(seconds) }

// ofCores is the roof of a section made parallel: P over the goroutines executing.
func (t Trace) ofCores() float64 {
	return math.Max(1, float64(t.Procs)/math.Max(t.Executing, 1))
}

// admitted is the gain of letting the waiting in as well, under the roof of the cores.
func (t Trace) admitted(waiting, inside float64) float64 {
	if inside <= 0 {
		return 0
	}
	return math.Max(1, math.Min((inside+waiting)/inside, float64(t.Procs)/math.Max(t.Executing, .01)))
}

func (v *Verdict) predict(gain float64, what string, assumptions ...string) string {
	v.PredictedGain = gain
	v.Assumptions = assumptions
	return fmt.Sprintf("%s: predicted gain up to %.1fx, if %s.", what, gain, strings.Join(assumptions, " and "))
}

func (t Trace) sayGC(v *Verdict) {
	_, because := t.gcBound()
	v.Sentence = because + "; " + t.cores() + ".\n" +
		v.predict(1/(1-math.Min(t.GCShare, .9)), "Allocate less, or raise GOGC (GOGC=400 shows at once whether it helps)", gcVanishes)
}

func (t Trace) sayDial(v *Verdict) {
	_, because := t.dialling()
	v.Sentence = because + fmt.Sprintf("; %.1f goroutines wait for a connection, and ", t.Pool.Waiting) + t.cores() + ".\n" +
		v.predict(1/(1-math.Min(t.DialShare, .9)), "Keep connections open between requests (MaxIdleConnsPerHost as wide as the window, bodies read to their end, one client for all)", "connections could all be kept")
}

func (t Trace) saySaturated(v *Verdict) {
	v.Sentence = t.cores() + fmt.Sprintf(", and %.1f goroutines wait for one.\n", t.Runnable)
	if t.Procs == 1 {
		v.Sentence = fmt.Sprintf("the one core (GOMAXPROCS is 1) is used for %.0f%% of the time: on one core serial is right.\n", 100*t.Executing)
		v.Uncertain = append(v.Uncertain, "whether the work would divide over more cores shows on two or more")
	}
	v.Sentence += t.Busiest.spends("The busiest goroutine ("+t.Busiest.Name+")") + "This is the roof of these cores: less work per response, or more cores, would lift it."
}

func (t Trace) sayGoroutine(v *Verdict) {
	b := t.Busiest
	v.Sentence = fmt.Sprintf("one goroutine (%s) runs for %.0f%% of the time and %.0f others wait for it; %.2f of %d cores used.\n",
		b.Name, 100*b.Busy, math.Max(1, b.Behind.Waiting), t.Executing, t.Procs) + b.spends("It") + b.Behind.waits() +
		v.predict(t.ofCores(), b.remedy(), coresAlike)
	v.Assumptions = append(v.Assumptions, coresExist)
}

// remedy is what to change. A library's goroutine has none of the program's
// code in it, as the one that reads an HTTP/2 connection.
func (s TraceSection) remedy() string {
	if s.Function != "" && s.At == "" {
		return "That goroutine is a library's: give it less to do, as by several connections in place of one"
	}
	return "Do that in the goroutines that wait, or in GOMAXPROCS workers"
}

func (t Trace) sayTurn(v *Verdict) {
	g := t.Gate
	v.Sentence = fmt.Sprintf("one goroutine at a time passes %s (%s), and %.0f others wait there for %.0f%% of the time; %.2f of %d cores used.\n",
		g.At, short(g.In), math.Max(1, g.Waiting), 100*g.Share, t.Executing, t.Procs) +
		g.Section.spends("Who holds it") + fmt.Sprintf("A wait (%s) lasts %s.\n", g.Reason, duration(g.Seconds))
	if t.Executing < outsideBusy {
		v.Sentence += "The holder mostly waits itself: what it waits for does not belong under the lock."
		return
	}
	v.Sentence += v.predict(t.ofCores(), "Do that before taking the lock, which then guards the merging alone", coresAlike)
	v.Assumptions = append(v.Assumptions, coresExist)
}

func (t Trace) sayCap(v *Verdict) {
	g := t.Gate
	v.Sentence = fmt.Sprintf("no more than about %.0f goroutines are past %s (%s), and %.0f wait there for %.0f%% of the time; %.2f of %d cores used.\n",
		g.Inside, g.At, short(g.In), g.Waiting, 100*g.Share, t.Executing, t.Procs) + g.waits()
	if g.Executing >= busySection*g.Inside {
		v.Sentence += g.Section.spends("Those past it") + v.predict(t.ofCores(), "Let GOMAXPROCS of them run", coresAlike)
		return
	}
	v.Sentence += v.predict(t.admitted(g.Waiting, g.Inside), "Raise that limit", moreAtOnce)
}

func (t Trace) sayPool(v *Verdict) {
	p := t.Pool
	v.Sentence = fmt.Sprintf("%.0f goroutines wait for a connection and %.1f for an answer; %.2f of %d cores used.\n",
		p.Waiting, t.Answer.Waiting, t.Executing, t.Procs) +
		fmt.Sprintf("They wait in %s, called at %s (%s), %s each time.\n", p.Via, p.At, short(p.In), duration(p.Seconds)) +
		v.predict(t.admitted(p.Waiting, t.Answer.Waiting), "Raise the limit of connections (MaxConnsPerHost, MaxIdleConnsPerHost) or of streams", moreAtOnce)
}

func (t Trace) sayOutside(v *Verdict) {
	a := t.Answer
	v.Sentence = fmt.Sprintf("%.1f goroutines wait for an answer, and %.2f of %d cores are used: upstream, link or window.\n",
		a.Waiting, t.Executing, t.Procs) +
		fmt.Sprintf("Most wait at %s (%s), %s each time.\n", a.At, short(a.In), duration(a.Seconds)) +
		"A trace of the client can't say which: take the upstream's figures; " + upstreamHow + "."
}
