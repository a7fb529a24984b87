package verdict_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"collatebench/results/verdict"
)

// Traces as seen on two cores; each test changes one thing.

func collectorTrace() verdict.Trace {
	return verdict.Trace{
		Subject: "trace.out", Seconds: 2, Procs: 2, Samples: 200, Executing: 1.05, Runnable: .1,
		Busiest: verdict.TraceSection{
			Name: "main.collate", Busy: .97, Samples: 190, Share: .95, EndedShare: 1,
			Function: "main.decode", At: "app/main.go:57", Calls: "encoding/json.Unmarshal",
			Behind: verdict.TraceWait{Waiting: 13, Seconds: .12, At: "app/main.go:40", In: "main.fetch", Reason: "chan send"},
		},
		Contention: verdict.TraceContention{Inside: 1, Executing: .97, TraceWait: verdict.TraceWait{Waiting: 13, Share: 1, At: "app/main.go:40", In: "main.fetch", Reason: "chan send"}},
	}
}

func lockTrace() verdict.Trace {
	return verdict.Trace{
		Seconds: 2, Procs: 2, Samples: 200, Executing: 1.1, Runnable: .1,
		Busiest: verdict.TraceSection{Name: "main.worker", Busy: .2},
		Contention: verdict.TraceContention{
			Lock: true, Inside: 2.5, Executing: 1.1,
			TraceWait: verdict.TraceWait{Waiting: 12, Share: .99, Seconds: .2, At: "app/store.go:34", In: "main.(*store).add", Reason: "sync"},
			Section:   verdict.TraceSection{Function: "main.(*store).add", At: "app/store.go:36", Calls: "encoding/json.Unmarshal", Share: .9},
		},
	}
}

func saturatedTrace() verdict.Trace {
	return verdict.Trace{
		Seconds: 2, Procs: 2, Samples: 390, Executing: 1.95, Runnable: 12,
		Busiest: verdict.TraceSection{Name: "main.worker", Busy: .6},
	}
}

func garbageTrace() verdict.Trace {
	t := saturatedTrace()
	t.GCShare = .5
	return t
}

func dialTrace() verdict.Trace {
	t := saturatedTrace()
	t.DialShare = .6
	return t
}

func waitingTrace() verdict.Trace {
	return verdict.Trace{
		Seconds: 2, Procs: 2, Samples: 20, Executing: .1,
		Busiest: verdict.TraceSection{Name: "main.fetch", Busy: .02},
		Answer:  verdict.TraceWait{Waiting: 31, Share: 1, Seconds: .1, At: "app/main.go:30", In: "main.fetch", Via: "net/http.(*Client).Get", Reason: "select"},
	}
}

func poolTrace() verdict.Trace {
	t := waitingTrace()
	t.Answer.Waiting = 2
	t.Pool = verdict.TraceWait{Waiting: 28, Share: 1, Seconds: .5, At: "app/main.go:30", In: "main.fetch", Via: "net/http.(*Client).Get", Reason: "select"}
	return t
}

func permitTrace() verdict.Trace {
	t := waitingTrace()
	t.Answer.Waiting = 3
	t.Contention = verdict.TraceContention{Inside: 3, Executing: .1, TraceWait: verdict.TraceWait{Waiting: 28, Share: 1, Seconds: .5, At: "app/client.go:36", In: "main.(*client).get", Reason: "select"}}
	return t
}

func twoWorkersTrace() verdict.Trace {
	t := collectorTrace()
	t.Procs, t.Executing = 4, 2.1
	t.Busiest.EndedShare = .5
	t.Contention.Inside, t.Contention.Executing = 2, 1.95
	return t
}

func one(c verdict.Cause) []verdict.Cause { return []verdict.Cause{c} }

func TestJudgeTrace(t *testing.T) {
	none := []verdict.Cause{}
	for _, c := range []struct {
		name  string
		trace func() verdict.Trace
		alter func(*verdict.Trace)
		want  []verdict.Cause
		gain  float64
		says  string
	}{
		{"collector", collectorTrace, nil, one(verdict.Serialised), 2 / 1.05, "serialised: one goroutine (main.collate) runs for 97% of the time and 13 others wait for it; 1.05 of 2 cores used.\nIt spends 95% of its time in encoding/json.Unmarshal, called at app/main.go:57 (main.decode).\nThey wait in chan send at app/main.go:40 (main.fetch), 120 ms each time.\n"},
		{"collector on eight cores", collectorTrace, func(t *verdict.Trace) { t.Procs = 8 }, one(verdict.Serialised), 8 / 1.05, "predicted gain up to 7.6x"},
		{"collector that idles", collectorTrace, func(t *verdict.Trace) { t.Busiest.Busy, t.Contention.Share = .6, .5 }, none, 0, "no place makes the others wait"},
		{"nobody waits", collectorTrace, func(t *verdict.Trace) {
			t.Busiest.Behind, t.Contention = verdict.TraceWait{}, verdict.TraceContention{}
		}, none, 0, "nobody in this process waits for it"},
		{"others want a core", collectorTrace, func(t *verdict.Trace) { t.Runnable = 3 }, none, 0, ""},
		{"collector without samples", collectorTrace, func(t *verdict.Trace) { t.Samples = 0 }, none, 0, "no CPU samples"},
		{"collector with few samples", collectorTrace, func(t *verdict.Trace) { t.Samples = 3 }, none, 0, "only 3 CPU samples"},
		{"collector on one core", collectorTrace, func(t *verdict.Trace) { t.Procs, t.Executing = 1, .98 }, one(verdict.CPUSaturated), 0, "on one core serial is right"},
		{"half of one core", collectorTrace, func(t *verdict.Trace) { t.Procs, t.Executing, t.Busiest.Busy = 1, .5, .5; t.Contention.Share = .2 }, none, 0, "one core"},
		{"lock", lockTrace, nil, one(verdict.Serialised), 2 / 1.1, "passes app/store.go:34"},
		{"lock that is often free", lockTrace, func(t *verdict.Trace) { t.Contention.Share = .4 }, none, 0, ""},
		{"lock held while waiting", lockTrace, func(t *verdict.Trace) { t.Executing = .1 }, one(verdict.Serialised), 0, "does not belong under the lock"},
		{"lock on full cores", lockTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = 1.9, 5 }, one(verdict.CPUSaturated), 0, ""},
		{"full cores", saturatedTrace, nil, one(verdict.CPUSaturated), 0, "the roof of these cores"},
		{"most of the cores, and no goroutine waits for one", saturatedTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = 1.5, .2 }, none, 0, "no place makes the others wait"},
		{"full cores without samples", saturatedTrace, func(t *verdict.Trace) { t.Samples = 0 }, none, 0, "no CPU samples"},
		{"garbage", garbageTrace, nil, one(verdict.GCBound), 2, "GOGC"},
		{"garbage that stops the world", garbageTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = 1.35, 1.7 }, one(verdict.GCBound), 2, "GOGC"},
		{"garbage on idle cores", garbageTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = .4, .1 }, none, 0, ""},
		{"dials", dialTrace, nil, one(verdict.ConnectionPool), 2.5, "60% of the CPU samples are dials"},
		{"upstream", waitingTrace, nil, one(verdict.Outside), 0, "take the upstream's figures"},
		{"upstream without samples", waitingTrace, func(t *verdict.Trace) { t.Samples = 0 }, one(verdict.Outside), 0, ""},
		{"idle at times", waitingTrace, func(t *verdict.Trace) { t.Answer.Share = .3 }, none, 0, ""},
		{"sleepers", waitingTrace, func(t *verdict.Trace) { t.Asleep.Waiting = 40; t.Asleep.At = "app/main.go:7" }, none, 0, "wait for a timer at a time, most at app/main.go:7"},
		{"some wait for a busy goroutine", waitingTrace, func(t *verdict.Trace) { t.Executing, t.Busiest.Busy = 1, .8 }, none, 0, "no place makes the others wait"},
		{"sleepers beside more who wait for an answer", waitingTrace, func(t *verdict.Trace) { t.Answer.Share, t.Asleep.Waiting = .3, 8 }, none, 0, "no place makes the others wait"},
		{"its own clients", waitingTrace, func(t *verdict.Trace) { t.Answer, t.Server.Waiting = verdict.TraceWait{}, 9 }, none, 0, "its own clients"},
		{"connections", poolTrace, nil, one(verdict.ConnectionPool), 15, "MaxConnsPerHost"},
		{"one connection, and its holder is not seen", poolTrace, func(t *verdict.Trace) { t.Answer.Waiting, t.Asleep.Waiting = 0, 0 }, one(verdict.ConnectionPool), 0, "of streams; what that gains, this trace does not show."},
		{"one connection, and its holder is hardly seen", poolTrace, func(t *verdict.Trace) { t.Answer.Waiting = .1 }, one(verdict.ConnectionPool), 0, "does not show"},
		{"one connection", poolTrace, func(t *verdict.Trace) { t.Answer.Waiting = 1 }, one(verdict.ConnectionPool), 20, "predicted gain up to 20.0x"},
		{"connections at the start", poolTrace, func(t *verdict.Trace) { t.Pool.Share = .1; t.Answer.Waiting = 30 }, one(verdict.Outside), 0, ""},
		{"permits", permitTrace, nil, one(verdict.HiddenCap), 31. / 3, "about 3 goroutines are past app/client.go:36"},
		{"a window", permitTrace, func(t *verdict.Trace) { t.Contention.Waiting, t.Contention.Inside, t.Answer.Waiting = 1, 16, 16 }, one(verdict.Outside), 0, ""},
		{"permits, and hardly an idle core", permitTrace, func(t *verdict.Trace) { t.Executing = 1.6 }, none, 0, ""},
		{"one permit without samples of an idle process", permitTrace, func(t *verdict.Trace) { t.Contention.Inside, t.Samples = 1, 0 }, one(verdict.Serialised), 0, "one goroutine at a time"},
		{"one permit", permitTrace, func(t *verdict.Trace) { t.Contention.Inside = 1 }, one(verdict.Serialised), 0, "one goroutine at a time"},
		{"one permit or two", permitTrace, func(t *verdict.Trace) { t.Contention.Inside, t.Answer.Share = 1.5, .5 }, none, 0, ""},
		{"two workers", twoWorkersTrace, nil, one(verdict.HiddenCap), 4 / 2.1, "Let GOMAXPROCS of them run"},
		{"full cores, for little of which there was CPU time", saturatedTrace, func(t *verdict.Trace) { t.Samples, t.Sampled = 38, known(.19) }, none, 0, "account for 0.19 of the 1.95 cores"},
		{"full cores, with half of them by a quota", saturatedTrace, func(t *verdict.Trace) { t.Samples, t.Sampled = 195, known(.97) }, one(verdict.CPUSaturated), 0, "1.95 of 2 cores"},
		{"too short", collectorTrace, func(t *verdict.Trace) { t.Seconds = .05 }, none, 0, "too short"},
		{"no procs", collectorTrace, func(t *verdict.Trace) { t.Procs = 0 }, none, 0, "GOMAXPROCS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			trace := c.trace()
			if c.alter != nil {
				c.alter(&trace)
			}
			v := verdict.JudgeTrace(trace)
			if !slices.Equal(v.Causes, c.want) {
				t.Fatalf("causes are %q, not %q:\n%s", v.Causes, c.want, v.Sentence)
			}
			if math.Abs(v.PredictedGain-c.gain) > 1e-9 {
				t.Errorf("predicted gain is %v, not %v", v.PredictedGain, c.gain)
			}
			if !strings.Contains(v.Sentence, c.says) {
				t.Errorf("the sentence does not say %q:\n%s", c.says, v.Sentence)
			}
			checkVerdict(t, v)
		})
	}
}

// TestSecondCauseIsNotRuledOut: a rule that holds too, and comes later, is not ruled out.
func TestSecondCauseIsNotRuledOut(t *testing.T) {
	v := verdict.JudgeTrace(garbageTrace())
	if !slices.Equal(v.Causes, one(verdict.GCBound)) || len(v.RuledOut) == 0 {
		t.Fatalf("%v, ruled out: %+v", v.Causes, v.RuledOut)
	}
	for _, r := range v.RuledOut {
		if r.Cause == verdict.CPUSaturated {
			t.Errorf("full cores are ruled out by %q", r.Because)
		}
	}
}

// TestJudgeTraceAlways: for any figures the verdict has its form.
func TestJudgeTraceAlways(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(0, 1)
		many := rapid.Float64Range(0, 100)
		wait := func(name string) verdict.TraceWait {
			return verdict.TraceWait{Waiting: many.Draw(t, name), Share: share.Draw(t, name), Seconds: many.Draw(t, name), At: "a.go:1", In: "main.a", Via: "main.b", Reason: "select"}
		}
		section := func(name string) verdict.TraceSection {
			return verdict.TraceSection{Name: name, Busy: share.Draw(t, name), EndedShare: share.Draw(t, name), Share: share.Draw(t, name), Function: "main.f", At: "a.go:2", Behind: wait(name)}
		}
		procs := rapid.IntRange(0, 64).Draw(t, "procs")
		checkVerdict(t, verdict.JudgeTrace(verdict.Trace{
			Seconds: rapid.Float64Range(0, 10).Draw(t, "seconds"), Procs: procs, Samples: rapid.Int64Range(0, 100).Draw(t, "samples"),
			Executing: float64(procs) * share.Draw(t, "executing"), Runnable: many.Draw(t, "runnable"),
			GCShare: share.Draw(t, "gc"), DialShare: share.Draw(t, "dials"),
			Busiest:    section("busiest"),
			Contention: verdict.TraceContention{TraceWait: wait("gate"), Lock: rapid.Bool().Draw(t, "lock"), Inside: many.Draw(t, "inside"), Executing: many.Draw(t, "inside executing"), Section: section("held")},
			Pool:       wait("pool"), Answer: wait("answer"), Asleep: wait("asleep"), Server: wait("server"),
		}))
	})
}

type fataler interface {
	Helper()
	Errorf(string, ...any)
}

// checkVerdict checks a verdict's form.
func checkVerdict(t fataler, v verdict.Verdict) {
	t.Helper()
	begins := "no verdict: "
	if len(v.Causes) > 0 {
		begins = string(v.Causes[0]) + ": "
	}
	if !strings.HasPrefix(v.Sentence, begins) {
		t.Errorf("the sentence does not begin with %q:\n%s", begins, v.Sentence)
	}
	if n := strings.Count(strings.TrimSuffix(v.Sentence, "\n"), "\n") + 1; n > 5 {
		t.Errorf("the sentence has %d lines:\n%s", n, v.Sentence)
	}
	if strings.Contains(v.Sentence, "predicted gain") != (v.PredictedGain != 0) || strings.Contains(v.Sentence, " 0.0x") {
		t.Errorf("predicted gain %v, and the sentence is\n%s", v.PredictedGain, v.Sentence)
	}
	if strings.Contains(v.Sentence, "%!") || strings.Contains(v.Sentence, "NaN") || strings.Contains(v.Sentence, "Inf") {
		t.Errorf("the sentence is not formed well:\n%s", v.Sentence)
	}
	if (len(v.Causes) == 0) != (len(v.Missing) > 0) {
		t.Errorf("causes %q, missing %q", v.Causes, v.Missing)
	}
	if g := v.PredictedGain; g != 0 && (g < 1 || len(v.Assumptions) == 0) {
		t.Errorf("predicted gain %v with assumptions %q", g, v.Assumptions)
	}
	for i, out := range v.RuledOut {
		if out.Because == "" || slices.Contains(v.Causes, out.Cause) ||
			slices.ContainsFunc(v.RuledOut[:i], func(o verdict.RuledOut) bool { return o.Cause == out.Cause }) {
			t.Errorf("ruled out: %+v", v.RuledOut)
		}
	}
}

// TestJudgeTraceUncertain: the verdict mentions goroutines that seem to run but get no
// core, and its cause stays the same.
func TestJudgeTraceUncertain(t *testing.T) {
	trace := collectorTrace()
	for _, c := range []struct {
		sampled float64
		doubts  int
	}{{1, 0}, {.5, 1}} {
		trace.Sampled = known(c.sampled)
		if v := verdict.JudgeTrace(trace); len(v.Uncertain) != c.doubts || len(v.Causes) != 1 {
			t.Errorf("%.1f cores sampled: causes %q, uncertain %q", c.sampled, v.Causes, v.Uncertain)
		}
	}
}

// TestGainNotMeasured: no figure is shown for a gain that is not known.
func TestGainNotMeasured(t *testing.T) {
	for _, g := range []verdict.Gain{{}, {Mean: math.NaN(), Pairs: 3}, {Mean: math.Inf(1), Pairs: 3}, {Pairs: 3}, {Mean: 1.2}} {
		if got := g.String(); got != "not measured" {
			t.Errorf("%#v is spelt %q", g, got)
		}
	}
}
