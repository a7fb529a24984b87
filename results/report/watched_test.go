package report_test

import (
	"strings"
	"testing"

	"collatebench/profiles/outside"
	"collatebench/results/evidence"
	"collatebench/results/report"
)

// TestWatched: the page has the verdict, three pictures, the tables and the stacks, and no name of
// a process becomes markup.
func TestWatched(t *testing.T) {
	w := evidence.Watched{
		Evidence: outside.Evidence{
			PID: 7, Command: "<b>client", Seconds: 5, Processes: 2, Count: 9, Cores: 1, Parallel: []float64{.02, .98, 0, 0}, Sockets: outside.DetailFull,
			Around: outside.Around{Cores: 2, Known: true}, Threads: []outside.Thread{{TID: 8, Name: "GC Thread#0", Cores: .2, Helper: true}},
			Upstream: outside.Peer{Address: "10.0.0.1:80", Connections: 32, Asked: 2, Unread: 14, Answered: 16, Received: 1e8, UnreadBytes: 5e6},
			Others:   []outside.Peer{{Address: "10.0.0.2:5432", Connections: 1}},
			Moments:  []outside.Moment{{Asked: 2, Unread: 14, Answered: 16, Cores: 1}, {Second: 2.5, Asked: 1, Unread: 15, Answered: 16, Cores: 1}},
		},
		Stacks: &evidence.Stacks{By: "perf", Samples: 300, Hot: []evidence.HotStack{{Share: .7, Thread: "worker", Calls: []string{"main", "serde_json::de::from_slice<T>"}}}},
	}
	w.Judge(0)
	page, err := report.Watched(w, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, want := range []string{
		"&lt;b&gt;client (process 7)", `<span class="cause serialised">serialised</span>`, "2 processes, 9 threads;", `class="draw states"`, `class="draw parallel"`, `class="draw used"`,
		"<td>10.0.0.2:5432</td>", "GC Thread#0 (the runtime's own)", "from_slice&lt;T&gt;", "5.0 MB",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if n := strings.Count(text, "<svg "); n != 3 || strings.Contains(text, "<b>client") {
		t.Errorf("%d pictures, not 3, or a name that became markup", n)
	}
}
