package verdict_test

import (
	"strings"
	"testing"

	"collatebench/results/verdict"
)

// around is a program's evidence with one gain for each kind of change; 0 is not measured.
func around(p *verdict.Process, once, slower, one float64, more ...verdict.Change) verdict.Program {
	e := verdict.Program{Seen: p, Rate: 100, InFlight: verdict.Known(4), Queued: verdict.Known(0)}
	for _, c := range []struct {
		kind verdict.Around
		name string
		mean float64
	}{{verdict.AtOnce, "an upstream that answers at once", once}, {verdict.Slower, "an upstream twice as slow", slower}, {verdict.OneCore, "one core", one}} {
		if c.mean > 0 {
			e.Changes = append(e.Changes, verdict.Change{Kind: c.kind, Intervention: verdict.Intervention{
				Name: c.name, Cell: string(c.kind), Before: "base", Aside: true,
				Measured: verdict.Gain{Mean: c.mean, Low: c.mean * .96, High: c.mean * 1.04, Pairs: 6},
			}})
		}
	}
	e.Changes = append(e.Changes, more...)
	return e
}

func inFlight(requests float64, p verdict.Program) verdict.Program {
	p.InFlight = verdict.Known(requests)
	return p
}

// serving sets how many cores the upstream uses, and how many are idle.
func serving(cores, idle float64, p verdict.Program) verdict.Program {
	seen := *p.Seen
	seen.Idle = verdict.Known(idle)
	p.Seen, p.Serving = &seen, verdict.Known(cores)
	return p
}

func varied(name, value string, mean float64) verdict.Change {
	return verdict.Change{Kind: verdict.Varied, Varied: name, Intervention: verdict.Intervention{
		Name: name + " " + value, Cell: name + value, Measured: verdict.Gain{Mean: mean, Low: mean * .96, High: mean * 1.04, Pairs: 6}, Aside: true,
	}}
}

// unclear widens the first interval: it has 1 in it.
func unclear(p verdict.Program) verdict.Program {
	p.Changes[0].Measured.Low = .9
	return p
}

func wide(p verdict.Program) verdict.Program {
	p.Changes[0].Measured.High = 1.7
	return p
}

// cores sets the cores used with each change over those without.
func cores(p verdict.Program, of ...float64) verdict.Program {
	for i, mean := range of {
		p.Changes[i].Cores = verdict.Gain{Mean: mean, Low: mean * .97, High: mean * 1.03, Pairs: 6}
	}
	return p
}

// TestAnswersThatPause: in the middle of an answer a connection looks as if nothing were outstanding;
// the upstream knows that it has not ended.
func TestAnswersThatPause(t *testing.T) {
	paused := new(seen(func(p *verdict.Process) { runs(p, .1, 0, .9, .1); who(p, 1, 1, .2, 21.8) }))
	e := around(paused, 12, .4, 1)
	for inFlight, want := range map[float64]verdict.Cause{23.5: verdict.NetworkBound, 2: verdict.HiddenCap} {
		e.InFlight = verdict.Known(inFlight)
		v := verdict.JudgeProgram(e)
		if len(v.Causes) != 1 || v.Causes[0] != want {
			t.Errorf("%v requests at the upstream: %v, want %s\n%s", inFlight, v.Causes, want, v.Sentence)
		}
	}
}

func TestJudgeProgram(t *testing.T) {
	serial := new(seen(func(p *verdict.Process) { runs(p, 1.03, .1, .01, .98, .01); who(p, 1.6, .6, 15, 14.7) }))
	waits := new(seen(func(p *verdict.Process) { runs(p, .3, 0, .7, .3); who(p, 30, .5, .5, 1) }))
	few := new(seen(func(p *verdict.Process) { runs(p, .3, 0, .7, .3); who(p, 3.8, .1, 0, .1) }))
	full := new(seen(func(p *verdict.Process) { runs(p, 1.9, .8, 0, .1, .9); who(p, 3, 2, 15, 12) }))
	paced := new(seen(func(p *verdict.Process) { runs(p, .1, 0, .9, .1); who(p, 3, .3, .2, 28.5) }))
	alone := new(seen(func(p *verdict.Process) { runs(p, .1, 0, .9, .1); who(p, .85, 0, .05, .1) }))
	for _, c := range []struct {
		name    string
		e       verdict.Program
		cause   verdict.Cause
		says    string
		proves  verdict.Around
		measure bool
	}{
		{"the story", around(serial, 1.02, .99, .91), verdict.Serialised, "whatever the upstream does", verdict.OneCore, false},
		{"the story, of an upstream without delay", around(serial, 0, .98, .91), verdict.Serialised, "whatever the upstream does", verdict.OneCore, false},
		{"the story, not watched", around(nil, 1.02, .99, .91), verdict.Serialised, "with one core as with all", verdict.OneCore, false},
		{"its mended form", around(full, 1.03, .97, .55), verdict.CPUSaturated, "one core gave 0.55x", verdict.OneCore, false},
		{"a slow upstream", around(waits, 6, .51, .97), verdict.Outside, "it waits for its upstream", verdict.AtOnce, true},
		{"a pool of four", around(few, 5, .52, .97), verdict.ConnectionPool, "it has 4 requests at the upstream", verdict.AtOnce, true},
		{"a window of two, varied", around(few, 5, .52, .97, varied("window", "4", 1.9), varied("window", "8", 3.2)), verdict.WindowTooSmall, "window 8 gave 3.20x", verdict.Varied, true},
		{"a larger window of a serial one gains nothing", around(serial, 1.02, .99, .91, varied("window", "64", 1.03)), verdict.Serialised, "whatever", verdict.OneCore, false},
		{"a varied setting without a meaning", around(serial, 1.02, .99, .91, varied("colour", "red", 2)), verdict.Serialised, "whatever", verdict.OneCore, false},
		{"one request at a time, under a lock", inFlight(.7, around(new(seen(func(p *verdict.Process) { runs(p, .1, 0, .9, .1); who(p, .5, .2, .1, 31) })), 5, .5, 1)), verdict.Serialised, "one request waits for the other", verdict.AtOnce, false},
		{"its own pace", around(paced, 1.01, 1, .99), verdict.HiddenCap, "a limit of its own", "", false},
		{"signs that contradict: serial, and faster with an upstream at once", around(serial, 1.8, .6, .91), "", "who is waited for", "", false},
		{"signs that contradict: serial, and worth two cores", around(serial, 1.02, .99, .55), "", "one sign for both", "", false},
		{"nothing was measured", around(serial, 0, 0, 0), "", "changed often enough", "", false},
		{"no clear answer", around(waits, 1.2, .7, .97), verdict.Outside, "it waits", verdict.AtOnce, true},
		{"an unclear gain", unclear(around(serial, 1.13, .9, .95)), "", "a clear answer", "", false},
		{"an interval that says nothing", wide(around(serial, .95, .9, .95)), "", "a clear answer", "", false},
		{"a machine that changes: the same cores, and an interval that says nothing", cores(wide(around(serial, 1.16, .9, .85)), 1.01, .99, .95), verdict.Serialised, "on 1.01 times the cores", verdict.OneCore, false},
		{"a machine that became faster", cores(around(serial, 1.2, 1.1, .85), 1.01, .99, .95), verdict.Serialised, "on 1.01 times the cores", verdict.OneCore, false},
		{"a gain with more cores is one", cores(around(waits, 1.3, .7, 1), 1.3, .7, 1), verdict.Outside, "it waits", verdict.AtOnce, true},
		{"both cores, on a machine that changes", cores(around(full, 1.02, .97, .78), 1.01, .99, .53), verdict.CPUSaturated, "one core gave 0.78x", verdict.OneCore, false},
		{"one thread decodes, and a JVM reads and collects beside it", cores(around(new(seen(func(p *verdict.Process) {
			runs(p, 1.55, .41, .08, .31, .6)
			who(p, .1, 2.6, 20, 22)
			p.Busiest.Cores, p.Helpers = .97, .25
		})), 0, .97, .56), .99, .65), verdict.Serialised, "beside its one busy thread", verdict.OneCore, false},
		{"noise below one is no gain", around(full, .88, .95, .5), verdict.CPUSaturated, "one core gave 0.50x", verdict.OneCore, false},
		{"an upstream that this machine shares, at its limit", serving(1, .2, around(few, 0, .03, 1)), "", "an upstream with time to spare", "", false},
		{"an upstream as busy, and a machine that is not", serving(1, .9, around(few, 0, .03, 1)), verdict.ConnectionPool, "a limit of its own", "", false},
		{"an upstream that does little, and a machine that is full", serving(.1, .2, around(few, 0, .03, 1)), verdict.ConnectionPool, "a limit of its own", "", false},
		{"the story, beside an upstream at its limit", serving(1, .1, around(serial, 0, .98, .91)), verdict.Serialised, "whatever the upstream does", verdict.OneCore, false},
		{"one request after the other, on one connection", inFlight(.9, around(alone, 20, .5, 1)), verdict.Outside, "one after the other: several at once", verdict.AtOnce, true},
		{"its own pace, on one connection", around(new(seen(func(p *verdict.Process) { runs(p, .1, 0, .9, .1); who(p, .5, 0, 0, .5) })), 1.01, 1.01, 1), verdict.HiddenCap, "a limit of its own holds it back", "", false},
	} {
		v := verdict.JudgeProgram(c.e)
		got := verdict.Cause("")
		if len(v.Causes) > 0 {
			got = v.Causes[0]
		}
		if got != c.cause || !strings.Contains(v.Sentence, c.says) || (c.cause == "") != (len(v.Missing) == 1) {
			t.Errorf("%s: %v %q, missing %q", c.name, v.Causes, v.Sentence, v.Missing)
			continue
		}
		for _, u := range v.Uncertain { // the upstream itself says how many there are
			if strings.Contains(u, "HTTP/2") {
				t.Errorf("%s: uncertain: %s", c.name, u)
			}
		}
		if (v.MeasuredGain != nil) != c.measure {
			t.Errorf("%s: measured gain %v", c.name, v.MeasuredGain)
		}
		for _, i := range v.Interventions {
			if proof := i.Cause != ""; proof == i.Aside || proof && i.Cause != c.cause {
				t.Errorf("%s: %+v", c.name, i)
			}
		}
		if c.cause != "" && (!strings.HasPrefix(v.Sentence, string(c.cause)+": ") || len(strings.Split(v.Sentence, "\n")) > 5) {
			t.Errorf("%s: %q", c.name, v.Sentence)
		}
	}
}
