package verdict

import (
	"fmt"
	"slices"
)

// JudgeTrace names the cause that the trace shows, or says what is missing. A
// trace can't tell upstream, link and window apart: all three are [Outside].
func JudgeTrace(t Trace) Verdict {
	v := Verdict{Subject: t.Subject, Causes: []Cause{}, Evidence: t.evidence()}
	if v.Missing = t.missing(); len(v.Missing) > 0 {
		v.Sentence = "no verdict: " + v.Missing[0]
		return v
	}
	row := t.first()
	v.RuledOut = t.ruledOut(row)
	if row < 0 {
		v.Missing = t.unknown()
		v.Sentence = "no verdict: " + v.Missing[0]
		return v
	}
	r := traceRules[row]
	if r.samples && t.unsampled() {
		_, because := r.holds(t)
		v.Missing = []string{t.noSamples()}
		v.Sentence = "no verdict: " + v.Missing[0] + "\n" + because + "."
		return v
	}
	if r.cause == CPUSaturated && t.sampledBelow(heldShare) {
		v.Missing = []string{t.heldWithoutTime()}
		v.Sentence = "no verdict: " + v.Missing[0] + "."
		return v
	}
	v.Causes = append(v.Causes, r.cause)
	r.say(t, &v)
	if r.samples && t.sampledBelow(sampledShare) {
		v.Uncertain = append(v.Uncertain, t.heldWithoutTime())
	}
	v.Sentence = string(r.cause) + ": " + v.Sentence
	return v
}

// first is the rule that holds and comes first. Of the rules for what goroutines wait for,
// it is the one that the most wait for; the order decides between those that are near.
func (t Trace) first() int {
	found, most := -1, 0.
	for i, r := range traceRules {
		if holds, _ := r.holds(t); !holds {
			continue
		}
		switch {
		case r.waiting == nil:
			if found < 0 {
				return i
			}
		case found < 0 || r.waiting(t) > clearlyMore*most:
			found, most = i, r.waiting(t)
		}
	}
	return found
}

// clearlyMore is the ratio from which on one of two numbers of goroutines is the larger.
const clearlyMore = 1.25

// ruledOut gives the figures that speak against the other causes. A rule that also
// holds, but comes later in the order, is not ruled out.
func (t Trace) ruledOut(found int) []RuledOut {
	var out []RuledOut
	for i, r := range traceRules {
		holds, because := r.holds(t)
		if holds || found >= 0 && r.cause == traceRules[found].cause {
			continue
		}
		if old := slices.IndexFunc(out, func(o RuledOut) bool { return o.Cause == r.cause }); old >= 0 {
			out[old].Because += "; " + because
			continue
		}
		out = append(out, RuledOut{traceRules[i].cause, because})
	}
	return out
}

// A traceRule is a cause's row for a [Trace]; a cause that shows in two ways has two
// rows. because is the figure for the cause, or against it if it does not hold. say
// sets the verdict's sentence, and its predicted gain and assumptions if there are
// any.
type traceRule struct {
	cause   Cause
	samples bool // the rule needs CPU samples
	holds   func(Trace) (found bool, because string)
	waiting func(Trace) float64 // goroutines that wait for it; nil if the rule is not about waiting
	say     func(Trace, *Verdict)
}

// missing says what is missing for any rule.
func (t Trace) missing() []string {
	switch {
	case t.Procs < 1:
		return []string{"the trace does not say how many cores it may use (GOMAXPROCS)"}
	case t.Seconds < minSeconds:
		return []string{fmt.Sprintf("%.2g s is too short an interval; record %g s or more under load", t.Seconds, 10*minSeconds)}
	}
	return nil
}

// sampledBelow says that the CPU samples account for less than a share of the cores that
// goroutines held, where the trace is long enough to have many samples.
func (t Trace) sampledBelow(share float64) bool {
	expected := t.Executing * t.Seconds * samplesPerSecond
	return expected >= manySamples && t.Samples >= minSamples && t.Sampled.Value() < share*t.Executing
}

func (t Trace) heldWithoutTime() string {
	return fmt.Sprintf("the CPU samples account for %.2f of the %.2f cores that goroutines held: the machine was busy with others or has fewer cores than GOMAXPROCS, or a quota stopped the process", t.Sampled.Value(), t.Executing)
}

// unsampled means that the profiler was off, at least for most of the interval.
func (t Trace) unsampled() bool {
	return t.Samples < minSamples && t.Executing*t.Seconds > minSampleTime
}

func (t Trace) noSamples() string {
	many := "no"
	if t.Samples > 0 {
		many = fmt.Sprintf("only %d", t.Samples)
	}
	return fmt.Sprintf("the trace carries %s CPU samples, so that nothing says which function takes the time: record it with the CPU profiler on (--pprof does)", many)
}

// unknown says what else the trace would have to show for a verdict.
func (t Trace) unknown() []string {
	switch {
	case t.unsampled():
		return []string{t.noSamples()}
	case t.Procs == 1:
		return []string{fmt.Sprintf("one core (GOMAXPROCS is 1), and it is used for %.0f%% of the time: who would run beside whom shows on two or more", 100*t.Executing)}
	case t.Busiest.Busy >= busySection && t.coresIdle():
		others := "nobody in this process waits for it"
		if t.Busiest.Behind.Waiting > 0 {
			others = "others of this process wait for it at times only, or for others too"
		}
		return []string{fmt.Sprintf("one goroutine (%s) runs for %.0f%% of the time%s, but %s: whether its work can be divided, the trace does not show",
			t.Busiest.Name, 100*t.Busiest.Busy, t.Busiest.location(), others)}
	case t.Chain.Share >= chainShare && t.Executing < aboutOne && t.coresIdle(): // with more at once, others work beside it
		one := "one goroutine"
		if t.Chain.Goroutines > 1 {
			one += " at a time"
		}
		where := ""
		if at := t.Program.location(); at != "" {
			where = ", mostly" + at
		}
		return []string{fmt.Sprintf("%s (%s) and those that it waits for do one thing after the other: it or one of them executes for %.0f%% of the time%s; %s: whether parts of that can run at once, the trace does not show",
			one, t.Chain.Name, 100*t.Chain.Share, where, t.cores())}
	case t.Server.Waiting >= answerWaiting && t.Executing < outsideCores*float64(t.Procs):
		return []string{fmt.Sprintf("the process waits for its own clients, and uses %.2f of %d cores: record it under load", t.Executing, t.Procs)}
	}
	return []string{fmt.Sprintf("%.2f of %d cores are used, %.1f goroutines wait for a core and %.1f for an answer, and no place makes the others wait: record a longer interval under load, or take the upstream's figures",
		t.Executing, t.Procs, t.Runnable, t.Answer.Waiting)}
}
