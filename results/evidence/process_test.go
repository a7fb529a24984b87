package evidence_test

import (
	"testing"

	"collatebench/profiles/onecore"
	"collatebench/profiles/outside"
	"collatebench/results/evidence"
)

// TestProcess: threads of the runtime and idle ones are no workers, a quota bounds what is
// allowed, and others count only as far as they take from that.
func TestProcess(t *testing.T) {
	e := outside.Evidence{
		PID: 7, Command: "java", Executable: "java", Seconds: 5, Cores: 1.4, Helpers: .4, Count: 40, Sockets: outside.DetailFull,
		Threads: []outside.Thread{
			{Name: "C2 CompilerThre", Cores: .4, Helper: true}, {Name: "pool-1-thread-1", Cores: .5}, {Name: "pool-1-thread-2", Cores: .4}, {Name: "main", Cores: .01},
		},
		Around:   outside.Around{Cores: 8, Quota: 2, Others: 7, OthersQuota: .5, Throttled: .1, Known: true},
		Upstream: outside.Peer{Address: "10.0.0.1:80", Connections: 5, Asked: 4, Answered: 1, Pause: .002, Pauses: 9},
		Others:   []outside.Peer{{Address: "10.0.0.2:80", Connections: 1}},
	}
	p := evidence.Process(evidence.Watched{Evidence: e}, 12)
	if p.Working != 2 || p.Busiest.Name != "pool-1-thread-1" || p.Alike == "" {
		t.Errorf("%d workers, busiest %+v, alike %q", p.Working, p.Busiest, p.Alike)
	}
	if p.Allowed != 2 || p.Others.Value() != 1 || p.Stopped.Value() != .1 {
		t.Errorf("allowed %v, others %v, stopped %v; want 2, 1 (of 8 cores one is left) and .1", p.Allowed, p.Others, p.Stopped)
	}
	if p.Upstream.Asked != 4 || p.Upstream.Pauses != 9 || len(p.Peers) != 1 || p.Window != 12 || !p.States {
		t.Errorf("%+v", p)
	}
	w := evidence.Watched{Evidence: e, Held: evidence.NewHeld([]onecore.Pair{{One: 1, All: 1.5}, {One: 1, All: 1.6}, {One: 1, All: 1.7}}, outside.Around{Cores: 8, Others: 7, Known: true})}
	if p := evidence.Process(w, 0); p.Held.Pairs != 3 || p.Held.Mean < 1.5 || p.Held.Mean > 1.7 || p.Held.Others.Value() != 1 {
		t.Errorf("held: %+v", p.Held)
	}
	e.Around = outside.Around{Cores: 2}
	e.Threads[2].Name = "other"
	e.Sockets = outside.DetailQueues
	p = evidence.Process(evidence.Watched{Evidence: e, Stacks: &evidence.Stacks{Function: "f", Share: .7, Missing: "m"}}, 0)
	if p.Others.Known() || p.Stopped.Known() || p.Allowed != 2 || p.Alike != "" || p.States || p.Section.Function != "f" || p.Unnamed != "m" {
		t.Errorf("%+v", p)
	}
}
