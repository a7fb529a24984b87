package view_test

import (
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"collatebench/results"
)

// The mixed load: its clients, the requests of each unless VIEW_SOAK sets a time, and
// by how much the heap may grow. The caches are bounded, and full before the heap is
// measured first.
const (
	clients      = 50
	requestsEach = 8
	heapGrowth   = 16 << 20
)

// An ask is one request with a check of its answer.
type ask struct {
	path  string
	check func(testing.TB, page)
}

// TestMixedLoad sends different requests at the same time. Each must get the page
// that it asked for. With VIEW_SOAK=60s it goes on for that long, and checks the
// memory's bound; scripts/view-soak.sh does so with the race detector.
func TestMixedLoad(t *testing.T) {
	root := t.TempDir()
	runs := []*results.Run{profiledRun(t, root, "first", 0), profiledRun(t, root, "second", 1)}
	growing := newRun(t, root, newInfo(t, "growing", 2), 0)
	s := serve(t, root)
	s.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = clients
	deck := asks(t, runs, growing)
	for _, a := range deck {
		a.check(t, get(t, s, a.path))
	}
	before := liveHeap()
	end := soak(t)
	var n, grown atomic.Int64
	var grow sync.Mutex
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(client), 1))
			for i := 0; i < requestsEach || end != nil && time.Now().Before(*end); i++ {
				a := deck[random.IntN(len(deck))]
				a.check(t, get(t, s, a.path))
				if n.Add(1)%20 == 0 && grown.Load() < 12 { // a sample ends now and then
					grow.Lock()
					addSample(t, growing, int(grown.Add(1))-1)
					grow.Unlock()
				}
				if t.Failed() {
					return
				}
			}
		})
	}
	wg.Wait()
	after := liveHeap()
	t.Logf("%d requests of %d kinds by %d clients; live heap %.1f MiB before, %.1f MiB after", n.Load(), len(deck), clients, mib(before), mib(after))
	if end != nil && after > before+heapGrowth {
		t.Errorf("the live heap grew by %.1f MiB, more than %.1f", mib(after-before), mib(heapGrowth))
	}
}

// soak reads VIEW_SOAK, and returns nil where it is not set.
func soak(t *testing.T) *time.Time {
	t.Helper()
	text := os.Getenv("VIEW_SOAK")
	if text == "" {
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(min(d, 5*time.Minute))
	return &end
}

func liveHeap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one's finalizers let go
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func mib(n uint64) float64 { return float64(n) / (1 << 20) }

// addSample appends the n-th sample of a run.
func addSample(t testing.TB, r *results.Run, n int) {
	cells := r.Info().Cells
	if n >= len(cells)*r.Info().Rounds {
		return
	}
	if err := r.Append(newSample(t, cells[n%len(cells)], 1+n/len(cells))); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// asks has every kind of page, of different runs, cells and kinds.
func asks(t testing.TB, runs []*results.Run, growing *results.Run) []ask {
	t.Helper()
	shows := func(path string, want, other string) ask {
		return ask{path, func(t testing.TB, p page) { p.has(t, want); p.lacks(t, other) }}
	}
	ids := []string{runs[0].Info().ID, runs[1].Info().ID}
	list := ask{"/", func(t testing.TB, p page) {
		p.has(t, ids[0], ids[1], growing.Info().ID, "of 12 samples", "collector: serialised")
	}}
	out := []ask{
		list, list, list, list,
		{"/runs.json", func(t testing.TB, p page) { p.has(t, ids[0], ids[1], `"samples"`) }},
		{"/history", func(t testing.TB, p page) { p.has(t, ids[0], ids[1], "collector") }},
		{"/compare", func(t testing.TB, p page) { p.has(t, `<form class="choose"`, ids[0], ids[1]) }},
	}
	for i, r := range runs {
		own, others := ids[i], ids[1-i]
		out = append(out,
			shows("/runs/"+own+"/", own, others),
			shows("/runs/"+own+"/profiles/", "Profiles of "+own, "Profiles of "+others),
			ask{"/compare?old=" + own + "&new=" + others, func(t testing.TB, p page) {
				p.has(t, own, others)
				if strings.Index(p.body, own) > strings.Index(p.body, others) {
					t.Errorf("%s: the runs are the wrong way round", p.path)
				}
			}},
			ask{"/runs/" + own + "/pprof/nothing/cpu/", func(t testing.TB, p page) { p.refused(t, http.StatusNotFound, "has no cell") }},
		)
		out = append(out, fileAsks(t, r)...)
		out = append(out, profileAsks(t, r, runs[1-i])...)
	}
	growingPage := ask{"/runs/" + growing.Info().ID + "/", func(t testing.TB, p page) { p.has(t, growing.Info().ID, "of 12 samples") }}
	missing := ask{"/runs/20261122-000000/", func(t testing.TB, p page) { p.refused(t, http.StatusNotFound, "There is no run") }}
	return append(out, growingPage, growingPage, missing, ask{"/runs/20261122-000000/files/run.json", missing.check})
}

func fileAsks(t testing.TB, r *results.Run) []ask {
	t.Helper()
	var out []ask
	for _, name := range []string{"run.json", "samples.jsonl", "profiles/" + folders(t, r)[1] + "/heap.pb.gz", "profiles/" + folders(t, r)[2] + "/trace.out"} {
		want, err := os.ReadFile(filepath.Join(r.Dir(), filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ask{"/runs/" + r.Info().ID + "/files/" + name, func(t testing.TB, p page) {
			if p.status != http.StatusOK || p.body != string(want) {
				t.Errorf("%s: status %d, %d bytes of %d", p.path, p.status, len(p.body), len(want))
			}
		}})
	}
	return out
}

// profileAsks asks for each profile, in one of pprof's pages, and for each
// kind's difference to another run's.
func profileAsks(t testing.TB, r, other *results.Run) []ask {
	t.Helper()
	var out []ask
	views := []string{"", "top", "peek?f=markOf", "flamegraph", "download"}
	for i, folder := range folders(t, r) {
		for j, k := range pprofKinds() {
			view := views[(i+j)%len(views)]
			want := mark(r.Info().ID, folder, k)
			check := func(t testing.TB, p page) {
				p.has(t, want)
				if n := strings.Count(p.body, "markOf_") - strings.Count(p.body, want); n != 0 {
					t.Errorf("%s shows %d marks of others", p.path, n)
				}
			}
			if view == "download" {
				check = func(t testing.TB, p page) { onlyMark(t, p, want) }
			}
			out = append(out, ask{mountPath(r, folder, k) + view, check})
			if i == j%4 {
				base := mark(other.Info().ID, folder, k)
				out = append(out, ask{diffPath(r, folder, k, other, folder) + "flamegraph", func(t testing.TB, p page) { p.has(t, want, base) }})
			}
		}
	}
	return out
}

func onlyMark(t testing.TB, p page, want string) {
	t.Helper()
	read, err := profile.ParseData([]byte(p.body))
	if err != nil {
		t.Errorf("%s: %v", p.path, err)
		return
	}
	for _, f := range read.Function {
		if strings.HasPrefix(f.Name, "markOf_") && f.Name != want {
			t.Errorf("%s is of %s, want %s", p.path, f.Name, want)
		}
	}
}
