package bench_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"collatebench/bench"
)

// spellings are values of each dimension in their one spelling, beside the
// default.
var spellings = map[string][]string{
	"client":        {"go", "rust", "my-client"},
	"codec":         {"json", "sonic", "proto", "cbor"},
	"placement":     spelled(bench.Placements()),
	"window":        {"1", "3", "32", "1024"},
	"size":          {"1KiB", "1000B", "1MiB", "1536KiB", "256MiB"},
	"encoding":      {"gzip", "zstd"},
	"payload":       {"captured"},
	"order":         {"request"},
	"protocol":      {"h2c"},
	"responses":     {"1", "640"},
	"decode":        {"off"},
	"from":          {"memory"},
	"gogc":          {"1", "50", "10000", "off"},
	"conns":         {"1", "8"},
	"fetches":       {"2", "64"},
	"workers":       {"1", "16"},
	"virtual-cores": {"1x48MiBps", "8x23MiBps", "16x1000Bps", "1024x190KiBps"},
	"latency":       {"none", "1.5ms", "uniform:5ms:15ms", "lognormal:10ms:80ms", "pareto:10ms:1.5", "load:10ms:2ms"},
	"queue":         {"1", "4"},
	"bandwidth":     {"100MiBps"},
	"connbandwidth": {"500KiBps"},
	"faults":        {"503:1%", "500:1%+reset:0.5%"},
	"rev":           {"1a2b3c4", "worktree", "v1.2-rc"},
	"aa":            {"b"},
	"with":          {"window:8", "WORKERS:v2."},
	"procs":         {"1", "2", "64"},
}

func spelled[T ~string](values []T) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// drawCell makes a cell the way a person names one, from any dimensions in any
// order.
func drawCell(t *rapid.T) bench.Cell {
	var parts []string
	for _, d := range bench.Dimensions() {
		values := spellings[d.Name]
		if i := rapid.IntRange(-1, len(values)-1).Draw(t, d.Name); i >= 0 {
			parts = append(parts, d.Name+"="+values[i])
		}
	}
	if len(parts) == 0 {
		return bench.DefaultCell()
	}
	c, err := bench.ReadCell(strings.Join(rapid.Permutation(parts).Draw(t, "order"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		name, value, _ := strings.Cut(p, "=")
		if got := dimension(t, name).Of(c); got != value {
			t.Fatalf("%s read as %q", p, got)
		}
	}
	return c
}

func dimension(t rapid.TB, name string) bench.Dimension {
	rows := bench.Dimensions()
	i := slices.IndexFunc(rows, func(d bench.Dimension) bool { return d.Name == name })
	if i < 0 {
		t.Fatalf("no dimension %q", name)
	}
	return rows[i]
}

func TestEveryDimensionHasSpellings(t *testing.T) {
	for _, d := range bench.Dimensions() {
		if len(spellings[d.Name]) == 0 {
			t.Errorf("no spellings to test for %s", d.Name)
		}
	}
}

func TestNameAndParseAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCell(t)
		got, err := bench.ParseCell(c.Name())
		if err != nil || got != c {
			t.Fatalf("ParseCell(%q) = %+v, %v; want %+v", c.Name(), got, err, c)
		}
		if regexp.MustCompile(`-\d+$`).MatchString(c.Element()) {
			t.Fatalf("%q ends as GOMAXPROCS does", c.Element())
		}
	})
}

func FuzzParseCell(f *testing.F) {
	f.Add("codec=json/placement=collector/window=32/size=1MiB-2")
	f.Add("codec=cbor/placement=pool/window=1/size=1000B/encoding=zstd/latency=uniform:1ms:2ms/aa=b")
	f.Add("codec=json/placement=collector/window=032/size=1024KiB-1")
	f.Add("-2")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := bench.ParseCell(s); err == nil && c.Name() != s {
			t.Errorf("ParseCell(%q).Name() = %q", s, c.Name())
		}
		if c, err := bench.ReadCell(s); err == nil {
			if again, err := bench.ParseCell(c.Name()); err != nil || again != c {
				t.Errorf("ReadCell(%q) = %+v, whose name reads as %+v, %v", s, c, again, err)
			}
		}
	})
}

func TestNamesAreFrozen(t *testing.T) {
	c := bench.DefaultCell()
	c.Procs = 2
	if got, want := c.Name(), "codec=json/placement=collector/window=32/size=1MiB-2"; got != want {
		t.Errorf("default cell is %q, want %q", got, want)
	}
	c.Procs, c.AA, c.Responses = 1, "b", 128
	if got, want := c.Name(), "codec=json/placement=collector/window=32/size=1MiB/responses=128/aa=b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseCellIsStrict(t *testing.T) {
	const good = "codec=json/placement=collector/window=32/size=1MiB"
	for name, says := range map[string]string{
		"":                      "not dimension=value",
		"codec=json":            "its one spelling",
		good + "-1":             "its one spelling",
		good + "/latency=10ms":  "its one spelling",
		good + "/colour=red":    "one of client, codec, placement",
		good + "/size=1MiB":     "given twice",
		good + "/window":        "not dimension=value",
		good + "/aa=c":          "not b",
		good + "/rev=v1-2/aa=b": "not ending in -digits",
		good + "/rev=a b":       "letters, digits",
		good + "/rev=":          "its one spelling",
		"placement=collector/codec=json/window=32/size=1MiB":             "its one spelling",
		strings.Replace(good, "32", "0", 1):                              "whole number from 1",
		strings.Replace(good, "1MiB", "1024KiB", 1):                      "1MiB",
		strings.Replace(good, "collector", "colector", 1):                "inline, collector",
		"client=go/" + good:                                              "its one spelling",
		"client=Rust/" + good:                                            "lower-case",
		"client=/" + good:                                                "lower-case",
		"client=" + strings.Repeat("x", 41) + "/" + good:                 "longer than 40",
		"client=rust/" + strings.Replace(good, "collector", "pool-2", 1): "read as GOMAXPROCS",
		good + "/client=rust":                                            "its one spelling",
	} {
		if _, err := bench.ParseCell(name); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("ParseCell(%q): %v; want one line with %q", name, err, says)
		}
	}
}

// TestOtherClients: another language's client names its codecs and placements
// itself, and its line does not say whose it is.
func TestOtherClients(t *testing.T) {
	const line = "codec=orjson/placement=asyncio-wait/window=32/size=1MiB-2"
	c, err := bench.ParseCell("client=python/" + line)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Benchmark(); got != line || !c.Foreign() {
		t.Errorf("its line is %q (foreign: %v), want %q", got, c.Foreign(), line)
	}
	if got := c.Name(); got != "client=python/"+line {
		t.Errorf("its name is %q", got)
	}
	if _, err := bench.ParseCell(line); err == nil {
		t.Errorf("Go's client has no placement asyncio-wait, and took %q", line)
	}
	ours := bench.DefaultCell()
	if ours.Foreign() || ours.Benchmark() != ours.Name() {
		t.Errorf("Go's cell %q has the line %q", ours.Name(), ours.Benchmark())
	}
	// The order in which a person types is no matter, though the codec is
	// checked by the client's own rules.
	if _, err := bench.ReadCell("placement=spawn/window=8/client=rust"); err != nil {
		t.Error(err)
	}
}

// TestVersions: the version is in a cell's name, and not on its line: the programs of
// both versions are asked for the same.
func TestVersions(t *testing.T) {
	c, err := bench.ParseCell("codec=json/placement=pool/window=8/size=1MiB/rev=1a2b3c4/aa=b-2")
	if err != nil {
		t.Fatal(err)
	}
	if c.Rev != "1a2b3c4" || c.Benchmark() != "codec=json/placement=pool/window=8/size=1MiB/aa=b-2" {
		t.Errorf("version %q, whose line is %q", c.Rev, c.Benchmark())
	}
	if got := c.Versionless().Name(); got != "codec=json/placement=pool/window=8/size=1MiB-2" {
		t.Errorf("without its version it is %q", got)
	}
	for _, d := range bench.Dimensions() {
		if d.Name == "rev" && d.Asked() {
			t.Error("rev has a flag, though git or a file names versions")
		}
	}
}

func TestMatrix(t *testing.T) {
	var m bench.Matrix
	for name, list := range map[string]string{"placement": "all", "window": "1, 8,8", "procs": "2"} {
		if err := m.Set(name, list); err != nil {
			t.Fatal(err)
		}
	}
	cells, err := m.Cells()
	if want := 2 * len(bench.Placements()); err != nil || len(cells) != want {
		t.Fatalf("%d cells, %v; want %d", len(cells), err, want)
	}
	if got := cells[1].Name(); got != "codec=json/placement=inline/window=8/size=1MiB-2" {
		t.Errorf("second cell is %q", got)
	}
	if err := m.Set("window", "1,0"); err == nil || m.Get("window") != "1,8" {
		t.Errorf("a bad list gave %v and left %q", err, m.Get("window"))
	}
}

func TestDefaultMatrix(t *testing.T) {
	var m bench.Matrix
	if err := m.Set("procs", "1,2"); err != nil {
		t.Fatal(err)
	}
	cells, err := m.Cells()
	if err != nil || len(cells) != 4*3*2 {
		t.Fatalf("%d cells, %v; want 24", len(cells), err)
	}
}
