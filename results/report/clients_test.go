package report_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/report"
	"collatebench/results/resultstest"
)

// comparedRun has a client of Go's, a serial one and a healthy one, all seen from
// outside.
func comparedRun(t *testing.T, rounds int) *results.Run {
	t.Helper()
	var names []string
	for _, c := range []string{"codec=json/placement=collector", "client=rust/codec=json/placement=buffer-unordered", "client=rust/codec=json/placement=spawn"} {
		names = append(names, c+"/window=32/size=1MiB-2", c+"/window=64/size=1MiB-2")
	}
	r := rand.New(rand.NewPCG(5, 6))
	var taken []results.Sample
	for n := 1; n <= rounds; n++ {
		for _, name := range names {
			s := sample(t, name, n, r)
			cpus := 1.05
			if strings.Contains(name, "spawn") {
				cpus = 1.8
			}
			s.External = &results.External{Seconds: 2, CPU: 2 * cpus, CPUOver: 2, Upstream: .2, Responses: 160, Queue: new(0.0), InFlight: new(60.0)}
			s.OthersCPU = new(0.0)
			taken = append(taken, s)
		}
	}
	return newRun(t, results.Info{Label: "peers", Cells: names, Peers: resultstest.Record(t, evidence.Peers{
		Clients: []evidence.Peer{{Client: bench.Go, Runtime: "go1.26.0"}, {Client: "rust", Runtime: "rustc 1.95.0, tokio 1.52"}},
		LeftOut: []string{"cpp is left out: no <cmake> in PATH"},
	})}, taken)
}

func TestClients(t *testing.T) {
	html := page(t, comparedRun(t, 2))
	has(t, html, "Clients side by side", "rust buffer-unordered", "rustc 1.95.0, tokio 1.52", "Seen from outside", "1.80 cores",
		"cpp is left out: no &lt;cmake&gt; in PATH", "A run of peers takes no profiles")
	if n := strings.Count(html, `class="cause serialised"`); n != 2 {
		t.Errorf("%d clients are called serialised, want 2", n)
	}
	if n := strings.Count(html, `class="cause cpu-saturated"`); n != 1 {
		t.Errorf("%d clients are called healthy, want 1", n)
	}
	if again := page(t, comparedRun(t, 2)); again == "" || !strings.Contains(again, "Clients, window 32, and twice that") {
		t.Error("the chart has no title")
	}
	if empty := page(t, comparedRun(t, 0)); strings.Contains(empty, `class="draw clients"`) || !strings.Contains(empty, "No round is complete yet") {
		t.Error("a run without a round has bars")
	}
	if plain := page(t, newRun(t, results.Info{Cells: matrix(t, nil)}, nil)); strings.Contains(plain, "Clients side by side") {
		t.Error("a run of one client has the section")
	}
}

func TestClientsPNG(t *testing.T) {
	paths, err := report.WritePNG(comparedRun(t, 2), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 || !strings.Contains(paths[0], "clients-window-32") {
		t.Errorf("wrote %q", paths)
	}
}
