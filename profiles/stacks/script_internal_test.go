package stacks

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/internal/bounded"
	"collatebench/internal/raced"
	"collatebench/profiles/hotspot"
)

func parse(text string) *script {
	var s script
	lines := bounded.Lines{Max: maxLine, Each: s.line}
	_, _ = lines.Write([]byte(text))
	lines.Close()
	s.close()
	return &s
}

// resolved gives the samples of a script whose executable is not at hand.
func resolved(s *script, p *program) Samples {
	r := resolver{b: newBuilder(), programs: map[string]*program{p.path: p}}
	mains := map[int]*program{}
	for _, t := range s.threads {
		mains[t.pid] = p
	}
	r.add(s, mains)
	return r.b.samples()
}

func recorded(t *testing.T, name string) *script {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return parse(string(text))
}

// TestRecorded: what perf script printed of programs in several languages.
func TestRecorded(t *testing.T) {
	for _, c := range []struct {
		file    string
		p       *program
		samples int
		want    hotspot.Spot
	}{
		{"rust.txt", &program{path: "/home/me/app/target/release/rs_unordered", lang: langRust, crates: map[string]bool{"rs_unordered": true}}, 5,
			hotspot.Spot{Function: "rs_unordered::main", Calls: "futures_util::stream::futures_unordered::FuturesUnordered::poll_next", Inner: "serde_json::de::from_slice"}},
		{"cpp.txt", &program{path: "/home/me/app/a"}, 5, hotspot.Spot{Function: "app::Catalogue::add"}},
		{"go.txt", &program{path: "/home/me/app/bin/collector", lang: langGo}, 5, hotspot.Spot{Function: "main.main", Calls: "encoding/json.Unmarshal"}},
		{"node.txt", &program{path: "/usr/bin/node", interprets: true}, 4, hotspot.Spot{Function: "page", At: "app/page.mjs:3", Calls: "JSON.parse"}},
		{"stripped.txt", &program{path: "/home/me/app/as"}, 3, hotspot.Spot{}},
	} {
		s := recorded(t, c.file)
		if len(s.samples) != c.samples {
			t.Errorf("%s: %d samples, not %d", c.file, len(s.samples), c.samples)
		}
		if !s.switches.noted || s.dropped > 0 || s.lost {
			t.Errorf("%s: switches %v, dropped %d, lost %v", c.file, s.switches.noted, s.dropped, s.lost)
		}
		got := resolved(s, c.p).Hotspot()
		if got.Samples != int64(c.samples) || c.want.Function != "" && got.Share < .6 {
			t.Errorf("%s: %+v", c.file, got)
		}
		got.Samples, got.Share, got.InnerShare = 0, 0, 0
		if got != c.want {
			t.Errorf("%s:\n%+v, not\n%+v", c.file, got, c.want)
		}
	}
}

// TestTruncated: an output that ends anywhere is read up to there.
func TestTruncated(t *testing.T) {
	text, err := os.ReadFile("testdata/rust.txt")
	if err != nil {
		t.Fatal(err)
	}
	p := &program{path: "/home/me/app/target/release/rs_unordered", lang: langRust, crates: map[string]bool{"rs_unordered": true}}
	before := 0
	step := 97
	if raced.Enabled {
		step = 997
	}
	for n := 0; n < len(text); n += step {
		s := parse(string(text[:n]))
		if len(s.samples) < before {
			t.Fatalf("%d samples of %d bytes, %d of less", len(s.samples), n, before)
		}
		before = len(s.samples)
		resolved(s, p).Hotspot()
	}
	if before != 5 {
		t.Errorf("%d samples", before)
	}
}

// TestHostile: threads and functions may have any name.
func TestHostile(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		samples int
		thread  string // of the first
		symbol  string // innermost of the first
	}{
		"a name with blanks and digits":   {"a 1/2 3.4: b 77/78 1.5: \n\t 10 f (/app/x)\n\n", 1, "a 1/2 3.4: b", "f"},
		"a name like a header, on a line": {"evil\nx 9/9 1.0: \n\t 10 f (/app/x)\n\n", 1, "x", "f"},
		"blanks and brackets":             {"x 7/7 1.5: \n\t 10 JS:*f (x) (/a (b).js):1 (/tmp/perf-7.map)\n\n", 1, "x", "JS:*f (x) (/a (b).js):1"},
		"a deleted file":                  {"x 7/7 1.5: \n\t 10 f (/app/x (deleted))\n\n", 1, "x", "f"},
		"no file":                         {"x 7/7 1.5: \n\t 10 f\n\n", 1, "x", "f"},
		"no calls":                        {"x 7/7 1.5: \n\n", 1, "x", ""},
		"a number too large":              {"x 99999999999999999999/7 1.5: \n\t 10 f (/app/x)\n\n", 0, "", ""},
		"negative":                        {"x -1/-1 1.5: \n\t 10 f (/app/x)\n\n", 0, "", ""},
		"a time too large":                {"x 7/7 99999999999999999999.5: \n\t 10 f (/app/x)\n\n", 1, "x", "f"},
		"calls of nobody":                 {"\t 10 f (/app/x)\n", 0, "", ""},
		"no text":                         {"", 0, "", ""},
		"zeros":                           {strings.Repeat("\x00", 3*maxLine), 0, "", ""},
		"one line":                        {strings.Repeat("x 7/7 1.5: ", maxLine), 0, "", ""},
	} {
		s := parse(c.text)
		if len(s.samples) != c.samples {
			t.Errorf("%s: %d samples, not %d", name, len(s.samples), c.samples)
			continue
		}
		if c.samples == 0 {
			continue
		}
		if got := s.threads[s.samples[0].thread].name; got != c.thread {
			t.Errorf("%s: thread %q, not %q", name, got, c.thread)
		}
		if calls := s.samples[0].sites; len(calls) > 0 && s.sites[calls[0]].symbol != c.symbol || len(calls) == 0 && c.symbol != "" {
			t.Errorf("%s: %+v", name, s.sites)
		}
	}
}

// TestBounds: a deep stack, and many threads and functions, are kept within bounds.
func TestBounds(t *testing.T) {
	var s script
	s.line("x 7/7 1.5: ")
	for i := range 10 * maxDepth {
		s.line(fmt.Sprintf("\t %x f%d (/app/x)", i, i))
	}
	s.close()
	if n := len(s.samples[0].sites); n != maxDepth {
		t.Errorf("%d calls deep", n)
	}
	for i := range maxThreads + 10 {
		s.line(fmt.Sprintf("x 7/%d 1.5: ", i+100))
		s.line("")
	}
	if len(s.threads) > maxThreads || s.dropped == 0 {
		t.Errorf("%d threads, %d dropped", len(s.threads), s.dropped)
	}
	before := s.dropped
	s.samples = make([]sample, maxSamples-5)
	for range 15 {
		s.line("x 7/7 1.5: ")
		s.line("")
	}
	if len(s.samples) != maxSamples || s.dropped != before+10 {
		t.Errorf("%d samples, %d dropped", len(s.samples), s.dropped-before)
	}
}

func FuzzScript(f *testing.F) {
	for _, name := range []string{"rust.txt", "go.txt", "cpp.txt", "stripped.txt"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	p := &program{path: "/home/me/app/a"}
	f.Fuzz(func(t *testing.T, text string) {
		s := parse(text)
		got := resolved(s, p)
		if h := got.Hotspot(); h.Samples != int64(len(s.samples)) || h.Share > 1 {
			t.Errorf("%+v of %d samples", h, len(s.samples))
		}
		sum := 0.
		for _, share := range parallel(&s.switches) {
			sum += share
		}
		if sum != 0 && math.Abs(sum-1) > 1e-9 {
			t.Errorf("shares add up to %g", sum)
		}
	})
}

func TestRaw(t *testing.T) {
	text, err := os.ReadFile("testdata/raw.txt")
	if err != nil {
		t.Fatal(err)
	}
	b := newBuilder()
	r := rawReader{pid: 23750, b: b}
	for line := range strings.Lines(string(text)) {
		r.line(strings.TrimSuffix(line, "\n"))
	}
	s := b.samples()
	want := hotspot.Spot{Function: "fetch.page", At: "app/fetch.py:15", Calls: "requests.models.Response.json", Share: .8, Samples: 100, Inner: "json.loads", InnerShare: .8}
	if got := s.Hotspot(); got != want {
		t.Errorf("%+v, not\n%+v", got, want)
	}
	if len(s.Threads) != 2 || s.Threads[0].TID != 23763 || s.Threads[0].Name != "ThreadPoolExecutor-0_9" || s.Threads[1].TID != 0x5cdd {
		t.Errorf("%+v", s.Threads)
	}
	if got := s.Hotspot(0x5cdd); got.Samples != 20 || got.Share != 1 {
		t.Errorf("of one thread: %+v", got)
	}
}

// TestParallel: exact shares from who came to a core, and who left it.
func TestParallel(t *testing.T) {
	var s switches
	s.seen(1, 100)        // on a core all the time
	s.note(2, 120, true)  // 20 alone
	s.note(2, 150, false) // 30 two
	s.note(3, 160, false) // there from the beginning: the first 20 two, 30 three, 10 two
	s.note(2, 190, true)  // 30 alone
	s.seen(2, 195)
	s.note(2, 200, false)
	got := parallel(&s)
	want := []float64{0, .3, .4, .3}
	if len(got) != len(want) {
		t.Fatalf("%v, not %v", got, want)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("%v, not %v", got, want)
		}
	}
	if p := parallel(&switches{}); p != nil {
		t.Errorf("of nothing: %v", p)
	}
	if p := parallel(&s, &switches{}); p != nil {
		t.Errorf("where one recording has no switches: %v", p)
	}
	if p := parallel(); p != nil {
		t.Errorf("of no recording: %v", p)
	}
}

// TestParallelOfTwo: recordings overlap, and only the time that both have counts.
func TestParallelOfTwo(t *testing.T) {
	var a, b switches
	a.note(1, 100, true)
	a.note(1, 200, false)
	b.note(2, 150, true)
	b.note(2, 250, false)
	if got := parallel(&a, &b); len(got) != 3 || got[2] != 1 {
		t.Errorf("%v", got)
	}
}
