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
			Behind: verdict.TraceWait{Waiting: 13, Live: 16, Seconds: .12, At: "app/main.go:40", In: "main.fetch", Reason: "chan send"},
		},
		Contention: verdict.TraceContention{Inside: 1, Executing: .97, TraceWait: verdict.TraceWait{Waiting: 13, Share: 1, At: "app/main.go:40", In: "main.fetch", Reason: "chan send"}},
	}
}

func lockTrace() verdict.Trace {
	return verdict.Trace{
		Seconds: 2, Procs: 2, Samples: 200, Executing: 1.1, Runnable: .1,
		Busiest: verdict.TraceSection{Name: "main.worker", Busy: .2},
		Contention: verdict.TraceContention{
			Lock: true, Inside: 1, Executing: 1.1, Held: verdict.TraceHold{Executing: .95},
			TraceWait: verdict.TraceWait{Waiting: 12, Live: 16, Share: .99, Seconds: .2, At: "app/store.go:34", In: "main.(*store).add", Reason: "sync"},
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

func chainTrace() verdict.Trace {
	return verdict.Trace{
		Subject: "push.trace", Seconds: 3, Procs: 2, Samples: 300, Executing: 1.02, Sampled: known(1),
		Chain:   verdict.TraceChain{Name: "main.push", Goroutines: 1, Share: .97},
		Program: verdict.TraceSection{Function: "gzip.compress", At: "gzip/zip.go:67", Samples: 300, Share: .7},
	}
}

func waitingTrace() verdict.Trace {
	return verdict.Trace{
		Seconds: 2, Procs: 2, Samples: 20, Executing: .1,
		Busiest: verdict.TraceSection{Name: "main.fetch", Busy: .02},
		Answer:  verdict.TraceWait{Waiting: 31, Live: 32, Share: 1, Seconds: .1, At: "app/main.go:30", In: "main.fetch", Via: "net/http.(*Client).Get", Reason: "select"},
	}
}

func poolTrace() verdict.Trace {
	t := waitingTrace()
	t.Answer.Waiting = 2
	t.Pool = verdict.TraceWait{Waiting: 28, Live: 30, Share: 1, Seconds: .5, At: "app/main.go:30", In: "main.fetch", Via: "net/http.(*Client).Get", Reason: "select"}
	return t
}

func permitTrace() verdict.Trace {
	t := waitingTrace()
	t.Answer.Waiting = 3
	t.Contention = verdict.TraceContention{Inside: 3, Executing: .1, TraceWait: verdict.TraceWait{Waiting: 28, Live: 31, Share: 1, Seconds: .5, At: "app/client.go:36", In: "main.(*client).get", Reason: "select"}}
	return t
}

// clockTrace is of workers that sleep between their requests.
func clockTrace() verdict.Trace {
	t := waitingTrace()
	t.Answer.Waiting = 2
	t.Clock = verdict.TraceClock{
		TraceWait: verdict.TraceWait{Waiting: 6, Live: 8, Share: 1, Seconds: .1, At: "app/main.go:9", In: "main.poll", Reason: "sleep"},
		Times:     120, Each: .1, Vary: .001, Every: .016, EveryVary: .016,
	}
	return t
}

// batchTrace is of 16 goroutines at a time, of which most wait for the slowest.
func batchTrace() verdict.Trace {
	t := waitingTrace()
	t.Answer.Waiting = 4
	t.Batch = verdict.TraceBatch{
		TraceWait: verdict.TraceWait{Waiting: .97, Live: 1, Share: .97, Seconds: .15, At: "app/main.go:58", In: "main.rounds", Reason: "sync"},
		Size:      16, UnderWay: 4, Of: "main.rounds.func1",
	}
	return t
}

func aloneTrace() verdict.Trace {
	t := waitingTrace()
	t.Answer.Waiting = .95
	t.Alone = verdict.TraceAlone{
		TraceWait: verdict.TraceWait{Waiting: .95, Live: 1, Share: .95, Seconds: .006, At: "app/main.go:71", In: "main.get", Reason: "select"},
		Name:      "main.worker", Answers: 150, UnderWay: .99, Goroutines: 1,
	}
	return t
}

// workerTrace is of a goroutine that asks for all others, one thing after the other.
func workerTrace() verdict.Trace {
	t := waitingTrace()
	t.Answer.Waiting = .9
	t.Busiest = verdict.TraceSection{
		Name: "main.worker", Busy: .05, Engaged: .98, EndedShare: 1,
		Held:   verdict.TraceHold{Executing: .05, Answer: .95, At: "app/main.go:71", In: "main.get"},
		Behind: verdict.TraceWait{Waiting: 23.9, Live: 24, Seconds: .14, At: "app/main.go:80", In: "main.ask", Reason: "chan receive"},
	}
	return t
}

// switchTrace is of goroutines that hand single rows to each other.
func switchTrace() verdict.Trace {
	t := saturatedTrace()
	t.Executing, t.Runnable, t.Switching, t.Handoffs = .9, 1, .8, 600_000
	t.Handoff = verdict.TraceWait{At: "app/rows.go:36", In: "main.scan", Reason: "chan send"}
	return t
}

func stoppedTrace() verdict.Trace {
	t := saturatedTrace()
	t.Stopped, t.Stops = .6, 20
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
		{"collector on eight cores", collectorTrace, func(t *verdict.Trace) { t.Procs = 8 }, one(verdict.Serialised), 16 / 3.97, "predicted gain up to 4.0x"},
		{"collector on eight cores, and what waits for it is data", collectorTrace, func(t *verdict.Trace) { t.Procs, t.Busiest.Behind.Waiting = 8, .9 }, one(verdict.Serialised), 8 / 1.05, "predicted gain up to 7.6x"},
		{"collector that idles", collectorTrace, func(t *verdict.Trace) { t.Busiest.Busy, t.Contention.Share = .6, .5 }, none, 0, "no place makes the others wait"},
		{"nobody waits", collectorTrace, func(t *verdict.Trace) {
			t.Busiest.Behind, t.Contention = verdict.TraceWait{}, verdict.TraceContention{}
		}, none, 0, "nobody in this process waits for it"},
		{"others want a core", collectorTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = 1.3, 3 }, none, 0, ""},
		{"collector without samples", collectorTrace, func(t *verdict.Trace) { t.Samples = 0 }, none, 0, "no CPU samples"},
		{"collector with few samples", collectorTrace, func(t *verdict.Trace) { t.Samples = 3 }, none, 0, "only 3 CPU samples"},
		{"collector on one core", collectorTrace, func(t *verdict.Trace) { t.Procs, t.Executing = 1, .98 }, one(verdict.CPUSaturated), 0, "on one core serial is right"},
		{"half of one core", collectorTrace, func(t *verdict.Trace) { t.Procs, t.Executing, t.Busiest.Busy = 1, .5, .5; t.Contention.Share = .2 }, none, 0, "one core"},
		{"lock", lockTrace, nil, one(verdict.Serialised), 2 / 1.1, "passes app/store.go:34"},
		{"lock that is often free, and then holds up all", lockTrace, func(t *verdict.Trace) { t.Contention.Share = .4 }, one(verdict.Serialised), 2 / 1.1, "for 40% of the time"},
		{"lock after which all want a core at once", lockTrace, func(t *verdict.Trace) { t.Contention.Share, t.Executing, t.Runnable = .6, .4, 2.3 }, one(verdict.Serialised), 4, ""},
		{"lock for which few wait", lockTrace, func(t *verdict.Trace) { t.Contention.Waiting = .8; t.Contention.Share = .4 }, none, 0, ""},
		{"lock of which several pass", lockTrace, func(t *verdict.Trace) {
			t.Contention.Inside = 2
			t.Executing = .1
			t.Contention.Held = verdict.TraceHold{Answer: .9}
		}, one(verdict.HiddenCap), 4, "several locks"},
		{"locks of which several pass, often free", lockTrace, func(t *verdict.Trace) {
			t.Contention.Inside, t.Contention.Share, t.Executing = 2, .6, .1
			t.Contention.Held = verdict.TraceHold{Answer: .9}
		}, one(verdict.HiddenCap), 4, "several locks"},
		{"lock held while waiting", lockTrace, func(t *verdict.Trace) {
			t.Executing, t.Contention.Held = .1, verdict.TraceHold{Executing: .1, Answer: .9, At: "app/store.go:51", In: "main.query"}
		}, one(verdict.Serialised), 4, "waits for an answer at app/store.go:51 (main.query) itself"},
		{"lock held in a system call", lockTrace, func(t *verdict.Trace) {
			t.Executing, t.Contention.Held = 1, verdict.TraceHold{Executing: .1, Call: .9}
		}, one(verdict.Serialised), 0, "what that gains, at most 2.0x, rests on how much more the system takes at once"},
		{"lock on full cores", lockTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = 1.9, 5 }, one(verdict.CPUSaturated), 0, ""},
		{"full cores", saturatedTrace, nil, one(verdict.CPUSaturated), 0, "the roof of these cores"},
		{"most of the cores, and no goroutine waits for one", saturatedTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = 1.5, .2 }, none, 0, "no place makes the others wait"},
		{"full cores without samples", saturatedTrace, func(t *verdict.Trace) { t.Samples = 0 }, none, 0, "no CPU samples"},
		{"full cores that spin", saturatedTrace, func(t *verdict.Trace) { t.Spinning = .5 }, one(verdict.CPUSaturated), 2, "ask again and again"},
		{"garbage", garbageTrace, nil, one(verdict.GCBound), 2, "GOGC"},
		{"garbage that stops the world", garbageTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = 1.35, 1.7 }, one(verdict.GCBound), 2, "GOGC"},
		{"garbage that is asked for", garbageTrace, func(t *verdict.Trace) {
			t.Collector = verdict.TraceCollector{PerSecond: 20, Growth: known(1), AskedPerSecond: 20, Asked: verdict.TraceWait{At: "app/main.go:12", In: "main.flush", Via: "runtime/debug.FreeOSMemory"}}
		}, one(verdict.GCBound), 2, "asked for at app/main.go:12 (main.flush), through runtime/debug.FreeOSMemory"},
		{"garbage that is seldom asked for", garbageTrace, func(t *verdict.Trace) {
			t.Collector = verdict.TraceCollector{PerSecond: 20, Growth: known(1), AskedPerSecond: 1, Asked: verdict.TraceWait{At: "app/main.go:12", In: "main.flush"}}
		}, one(verdict.GCBound), 2, "Allocate less"},
		{"a heap without room", garbageTrace, func(t *verdict.Trace) { t.Collector = verdict.TraceCollector{PerSecond: 90, Growth: known(.06)} }, one(verdict.GCBound), 2, "may grow by 6% between"},
		{"a heap with room", garbageTrace, func(t *verdict.Trace) { t.Collector = verdict.TraceCollector{PerSecond: 90, Growth: known(1)} }, one(verdict.GCBound), 2, "Allocate less"},
		{"garbage on idle cores", garbageTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = .4, .1 }, none, 0, ""},
		{"dials", dialTrace, nil, one(verdict.ConnectionPool), 2.5, "60% of the CPU samples are dials"},
		{"dials that are a part of little work", dialTrace, func(t *verdict.Trace) { t.Executing, t.Runnable = .3, 0 }, none, 0, ""},
		{"dials that are waited for", waitingTrace, func(t *verdict.Trace) {
			t.Dial = verdict.TraceWait{Waiting: 27, Live: 30, Seconds: .08, At: "app/main.go:30", In: "main.fetch", Via: "net/http.(*Client).Get"}
		}, one(verdict.ConnectionPool), 10, "27.0 of 30.0 goroutines wait for a connection that is being made"},
		{"dials that hardly cost time", waitingTrace, func(t *verdict.Trace) { t.Dial = verdict.TraceWait{Waiting: 2, Live: 30, At: "app/main.go:30"} }, one(verdict.Outside), 0, ""},
		{"upstream", waitingTrace, nil, one(verdict.Outside), 0, "take the upstream's figures"},
		{"upstream without samples", waitingTrace, func(t *verdict.Trace) { t.Samples = 0 }, one(verdict.Outside), 0, ""},
		{"idle at times", waitingTrace, func(t *verdict.Trace) { t.Answer.Share = .3 }, none, 0, ""},
		{"sleepers", clockTrace, nil, one(verdict.TimerBound), 0, "6.0 of 8.0 goroutines wait for a clock, 100 ms each time, set at app/main.go:9"},
		{"sleepers that seldom sleep", clockTrace, func(t *verdict.Trace) { t.Clock.Waiting = 1 }, one(verdict.Outside), 0, ""},
		{"one that lingers, and lets many pass", clockTrace, func(t *verdict.Trace) { t.Clock.EveryVary, t.Clock.Passing = .001, 20 }, one(verdict.TimerBound), 0, "at most 4.0x, rests on how soon what it waits for is there"},
		{"deadlines", clockTrace, func(t *verdict.Trace) { t.Clock.Every, t.Clock.EveryVary = 0, 0 }, one(verdict.TimerBound), 4, "Give up earlier"},
		{"a limiter", clockTrace, func(t *verdict.Trace) { t.Clock.EveryVary = .001 }, one(verdict.HiddenCap), 0, "lets 62.5 a second pass"},
		{"a limiter of one", clockTrace, func(t *verdict.Trace) {
			t.Clock.Waiting, t.Clock.Live, t.Clock.Vary, t.Clock.EveryVary = .9, 1, .01, .001
		}, one(verdict.HiddenCap), 0, "another limit is met."},
		{"one that sleeps as long each time", clockTrace, func(t *verdict.Trace) {
			t.Clock.Waiting, t.Clock.Live, t.Clock.Vary, t.Clock.EveryVary = .9, 1, .001, .01
		}, one(verdict.TimerBound), 0, "does not show"},
		{"a batch that waits for its slowest", batchTrace, nil, one(verdict.WindowTooSmall), 4, "16 goroutines (main.rounds.func1) begin at a time"},
		{"a batch of equals", batchTrace, func(t *verdict.Trace) { t.Batch.UnderWay = 15; t.Answer.Waiting = 15 }, one(verdict.Outside), 0, ""},
		{"a batch that is seldom waited for", batchTrace, func(t *verdict.Trace) { t.Batch.Waiting = .3 }, one(verdict.Outside), 0, ""},
		{"one after the other", aloneTrace, nil, one(verdict.WindowTooSmall), 0, "one goroutine (main.worker) asks for one thing after the other"},
		{"one that asks for a single thing", aloneTrace, func(t *verdict.Trace) { t.Alone.Answers, t.Answer.Share = 1, 0 }, none, 0, ""},
		{"one worker in the background", aloneTrace, func(t *verdict.Trace) { t.Alone.Background = true }, one(verdict.HiddenCap), 0, "one goroutine (main.worker)"},
		{"one at a time, another one each time", aloneTrace, func(t *verdict.Trace) { t.Alone.Goroutines = 300 }, one(verdict.WindowTooSmall), 0, "one goroutine at a time"},
		{"two at a time, by a limit", aloneTrace, func(t *verdict.Trace) {
			t.Alone.UnderWay, t.Alone.TraceWait.Waiting, t.Alone.Goroutines, t.Answer.Waiting = 1.98, 1.9, 300, 1.9
			t.Alone.Feeder = verdict.TraceWait{Waiting: .98, At: "app/main.go:20", In: "main.main"}
		}, one(verdict.HiddenCap), 0, "waits at app/main.go:20 (main.main) until one of them is done"},
		{"two at a time", aloneTrace, func(t *verdict.Trace) {
			t.Alone.UnderWay, t.Alone.TraceWait.Waiting, t.Alone.Goroutines, t.Answer.Waiting = 1.98, 1.9, 2, 1.9
		}, one(verdict.WindowTooSmall), 0, "no more than 2 goroutines at a time"},
		{"four at a time on two cores, by a limit, which is a window", aloneTrace, func(t *verdict.Trace) {
			t.Alone.UnderWay, t.Alone.TraceWait.Waiting, t.Alone.Goroutines, t.Answer.Waiting = 3.98, 3.9, 4, 3.9
			t.Alone.Feeder = verdict.TraceWait{Waiting: .98, At: "app/main.go:20", In: "main.main"}
		}, one(verdict.Outside), 0, ""},
		{"one asks, and the others share its answer", aloneTrace, func(t *verdict.Trace) {
			t.Alone.Sharing = verdict.TraceWait{Waiting: 8.9, At: "app/main.go:74", In: "main.load", Via: "golang.org/x/sync/singleflight.(*Group).Do"}
		}, one(verdict.HiddenCap), 0, "8.9 others wait for that same answer, in golang.org/x/sync/singleflight.(*Group).Do, called at app/main.go:74 (main.load)"},
		{"four at a time on two cores", aloneTrace, func(t *verdict.Trace) {
			t.Alone.UnderWay, t.Alone.TraceWait.Waiting, t.Alone.Goroutines, t.Answer.Waiting = 3.98, 3.9, 4, 3.9
		}, one(verdict.Outside), 0, ""},
		{"a worker that asks for all", workerTrace, nil, one(verdict.HiddenCap), 20, "one goroutine (main.worker) works for all, one after the other, and 24 others wait for it"},
		{"a worker that answers many at once", workerTrace, func(t *verdict.Trace) { t.Busiest.AtOnce = 20 }, one(verdict.Outside), 0, ""},
		{"a worker that lingers", workerTrace, func(t *verdict.Trace) { t.Busiest.Held = verdict.TraceHold{Clock: .9} }, one(verdict.Outside), 0, ""},
		{"rows one by one", switchTrace, nil, one(verdict.HandoffBound), 5, "600000 times a second a goroutine wakes another"},
		{"large pieces that are handed over", switchTrace, func(t *verdict.Trace) { t.Handoffs = 2000 }, none, 0, ""},
		{"hand-overs of an idle process", switchTrace, func(t *verdict.Trace) { t.Executing = .1 }, none, 0, ""},
		{"a quota", stoppedTrace, nil, one(verdict.Throttled), 2.5, "for 60% of the time, 10.0 times a second, nothing of the process runs"},
		{"one long stop", stoppedTrace, func(t *verdict.Trace) { t.Stops = 1 }, one(verdict.CPUSaturated), 0, ""},
		{"some wait for a busy goroutine", waitingTrace, func(t *verdict.Trace) { t.Executing, t.Busiest.Busy = 1, .8 }, none, 0, "no place makes the others wait"},
		{"one goroutine and its helper", chainTrace, nil, none, 0, "one goroutine (main.push) and those that it waits for do one thing after the other: it or one of them executes for 97% of the time, mostly in gzip.compress (gzip/zip.go:67)"},
		{"one goroutine at a time", chainTrace, func(t *verdict.Trace) { t.Chain.Goroutines = 12 }, none, 0, "one goroutine at a time (main.push)"},
		{"one goroutine, of an idle process", chainTrace, func(t *verdict.Trace) { t.Chain.Share = .3 }, none, 0, "no place makes the others wait"},
		{"one goroutine of several that work", chainTrace, func(t *verdict.Trace) { t.Procs, t.Executing = 64, 12 }, none, 0, "no place makes the others wait"},
		{"a busy goroutine with a helper", chainTrace, func(t *verdict.Trace) {
			t.Busiest = verdict.TraceSection{Name: "main.encrypt", Busy: .99, Samples: 290, Behind: verdict.TraceWait{Waiting: .5}, EndedShare: 1}
		}, none, 0, "one goroutine (main.encrypt) runs for 99% of the time, but others of this process wait for it at times only"},
		{"a busy goroutine alone", chainTrace, func(t *verdict.Trace) {
			t.Busiest = verdict.TraceSection{Name: "main.encrypt", Busy: .99, Samples: 290}
		}, none, 0, "nobody in this process waits for it"},
		{"its own clients", waitingTrace, func(t *verdict.Trace) { t.Answer, t.Server.Waiting = verdict.TraceWait{}, 9 }, none, 0, "its own clients"},
		{"connections", poolTrace, nil, one(verdict.ConnectionPool), 15, "MaxConnsPerHost"},
		{"connections of a database", poolTrace, func(t *verdict.Trace) { t.Pool.Via = "database/sql.(*DB).Query" }, one(verdict.ConnectionPool), 15, "SetMaxOpenConns"},
		{"connections of a library", permitTrace, func(t *verdict.Trace) { t.Contention.Connections = true }, one(verdict.ConnectionPool), 31. / 3, "of the pool"},
		{"one connection, and its holder is not seen", poolTrace, func(t *verdict.Trace) { t.Pool.Live = 28 }, one(verdict.ConnectionPool), 0, "what that gains, this trace does not show."},
		{"one connection", poolTrace, func(t *verdict.Trace) { t.Pool.Live = 28 * 20 / 19. }, one(verdict.ConnectionPool), 20, "predicted gain up to 20.0x"},
		{"connections at the start", poolTrace, func(t *verdict.Trace) { t.Pool.Waiting = 2; t.Answer.Waiting = 28 }, one(verdict.Outside), 0, ""},
		{"permits", permitTrace, nil, one(verdict.HiddenCap), 31. / 3, "about 3 goroutines are past app/client.go:36"},
		{"a window", permitTrace, func(t *verdict.Trace) { t.Contention.Waiting, t.Contention.Inside, t.Answer.Waiting = 1, 16, 16 }, one(verdict.Outside), 0, ""},
		{"permits, and hardly an idle core", permitTrace, func(t *verdict.Trace) { t.Executing = 1.6 }, none, 0, ""},
		{"one permit without samples of an idle process", permitTrace, func(t *verdict.Trace) { t.Contention.Inside, t.Samples = 1, 0 }, one(verdict.Serialised), 31. / 3, "one goroutine at a time"},
		{"one permit", permitTrace, func(t *verdict.Trace) { t.Contention.Inside = 1 }, one(verdict.Serialised), 31. / 3, "one goroutine at a time"},
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
			return verdict.TraceWait{Waiting: many.Draw(t, name), Live: many.Draw(t, name), Share: share.Draw(t, name), Seconds: many.Draw(t, name), At: "a.go:1", In: "main.a", Via: "main.b", Reason: "select"}
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
			Pool:       wait("pool"), Dial: wait("dial"), Answer: wait("answer"), Server: wait("server"), Handoff: wait("handoff"),
			Clock:     verdict.TraceClock{TraceWait: wait("clock"), Times: rapid.IntRange(0, 9).Draw(t, "times"), Each: many.Draw(t, "each"), Vary: many.Draw(t, "vary"), Every: many.Draw(t, "every"), EveryVary: many.Draw(t, "every vary")},
			Batch:     verdict.TraceBatch{TraceWait: wait("batch"), Size: many.Draw(t, "size"), UnderWay: many.Draw(t, "under way"), Of: "main.b"},
			Alone:     verdict.TraceAlone{TraceWait: wait("alone"), Name: "main.c", Answers: rapid.Int64Range(0, 9).Draw(t, "answers"), UnderWay: 2 * share.Draw(t, "asks"), Goroutines: 1, Background: rapid.Bool().Draw(t, "background")},
			Switching: share.Draw(t, "switching"), Spinning: share.Draw(t, "spinning"), Handoffs: 1e5 * many.Draw(t, "handoffs"), Stopped: share.Draw(t, "stopped"), Stops: rapid.IntRange(0, 90).Draw(t, "stops"),
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
