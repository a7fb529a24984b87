package text_test

import (
	"strings"
	"testing"

	"collatebench/profiles/outside"
	"collatebench/results/evidence"
	"collatebench/results/text"
)

// TestWriteWatched: the sentence first, then figures, the upstream marked among other peers, what
// was ruled out, and what watching cost.
func TestWriteWatched(t *testing.T) {
	w := evidence.Watched{Evidence: outside.Evidence{
		PID: 7, Command: "client", Seconds: 5, Processes: 1, Count: 9, Cores: 1, Parallel: []float64{.02, .97, .004, .006}, Sockets: outside.DetailFull,
		Around: outside.Around{Cores: 2, Others: .1, Known: true}, Threads: []outside.Thread{{TID: 8, Name: "GC Thread#0", Cores: .2, Helper: true}},
		Upstream: outside.Peer{Address: "10.0.0.1:80", Connections: 32, Asked: 2, Unread: 14, Answered: 16, Received: 1e8, UnreadBytes: 5e6},
		Others:   []outside.Peer{{Address: "10.0.0.2:5432", Connections: 1}},
		Cost:     outside.Cost{Cores: .009, Rate: 12},
	}}
	w.Judge(0)
	write := func() string {
		var b strings.Builder
		text.WriteWatched(&b, w)
		return b.String()
	}
	got := write()
	for _, want := range []string{
		"client (process 7), 5.0 s: 1 process, 9 threads.\nCores used at once:  0: 2%  1: 97%  3: 1%; 1.00 of 2, 0.00 threads wait for one, others use 0.10.\n\nConnections",
		"10.0.0.1:80 (upstream)  32.0", "10.0.0.2:5432  ", "GC Thread#0 (the runtime's own)  20%",
		"\nruled out: outside: it owes an answer on 2 of 32 connections\nruled out: ", "\nThe watcher took 0.9% of a core, for 12 samples a second.\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if !strings.HasPrefix(got, w.Verdict.Sentence) || strings.Contains(got, "memory") {
		t.Errorf("it begins otherwise, or speaks of memory:\n%s", got)
	}
	w.Stacks = &evidence.Stacks{Function: "task_step_impl", Share: .9, Missing: "py-spy would name it"}
	w.Judge(0)
	if got := write(); !strings.Contains(got, "in task_step_impl.") || !strings.Contains(got, "\nFunctions: py-spy would name it.\n") {
		t.Error(got)
	}
	w.Evidence.Around.MemoryPSI, w.Evidence.Around.Faults, w.Evidence.Around.Quota, w.Evidence.Around.Throttled = .2, 70, 1.5, .1
	if got := write(); !strings.Contains(got, "its quota of 1.5 cores stopped it in 10% of the periods.\nSomething waits for memory for 20% of the time, and for the disk for 0%; 70 pages a second") {
		t.Error(got)
	}
}
