package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/report"
	"collatebench/results/resultstest"
	"collatebench/results/verdict"
)

var began = time.Date(2026, 11, 22, 20, 41, 0, 0, time.UTC)

// matrix is the default matrix on two cores, whatever machine the tests run on.
func matrix(t testing.TB, lists map[string]string) []string {
	t.Helper()
	m := bench.Matrix{}
	if err := m.Set("procs", "1,2"); err != nil {
		t.Fatal(err)
	}
	for name, list := range lists {
		if err := m.Set(name, list); err != nil {
			t.Fatal(err)
		}
	}
	cells, err := m.Cells()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range cells {
		out = append(out, c.Name())
	}
	return out
}

// sample makes up a sample: one decoding core gives 100 MB/s, two 180.
func sample(t testing.TB, name string, round int, r *rand.Rand) results.Sample {
	t.Helper()
	c, err := bench.ParseCell(name)
	if err != nil {
		t.Fatal(err)
	}
	serial := c.Procs == 1 || c.Placement.Serial()
	mbps, cpus, overlap, wait := 100.0, 1.05, 1.0, 250e6
	switch {
	case c.Window == 1:
		mbps, cpus, wait = 42, .6, 1e4
	case !serial:
		mbps, cpus, overlap, wait = 180, 1.85, float64(c.Window)/3, 1e4
	}
	mbps *= 1 + .03*r.NormFloat64()
	h := hdrhistogram.New(int64(time.Microsecond), int64(time.Hour), 3)
	if err := errors.Join(h.RecordValues(int64(280*time.Millisecond), 60), h.RecordValues(int64(500*time.Millisecond), 4)); err != nil {
		t.Fatal(err)
	}
	d, err := bench.NewDetail(bench.Measurement{Readings: bench.Readings{Responses: h, GOMAXPROCS: c.Procs}})
	if err != nil {
		t.Fatal(err)
	}
	return results.Sample{
		Cell: name, Round: round, Attempt: 1, Detail: d, Started: began.Add(time.Duration(round) * time.Minute), Seconds: 2,
		Line: fmt.Sprintf("BenchmarkCollate/%s 1 1000000 ns/op %.2f MB/s %.3f cpus .97 decode-busy %.2f decode-overlap %.0f decode-wait-ns/resp 10000000 decode-ns/resp "+
			"0.2 runnable 300000000 resp-ns 100000 start-wait-ns/resp 1000 conn-wait-ns/resp 12000000 headers-ns/resp 9000000 read-ns/resp 4000000 sched-latency-p99-ns "+
			"0.06 upstream-cpus 1 queue-ns/resp 10500000 service-ns/resp 0.05 gc-share 0.0001 dials/resp", c.Benchmark(), mbps, cpus, overlap, wait),
	}
}

func samples(t testing.TB, cells []string, rounds int) []results.Sample {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var out []results.Sample
	for n := 1; n <= rounds; n++ {
		for _, c := range cells {
			out = append(out, sample(t, c, n, r))
		}
	}
	return out
}

func newRun(t testing.TB, info results.Info, samples []results.Sample) *results.Run {
	t.Helper()
	info.Started, info.Rounds, info.Seed = began, max(info.Rounds, 2), 1
	info.Machine.Cores, info.Go = 2, "go1.26.0"
	if info.State == "" {
		info.State = results.Complete
	}
	run, err := results.Create(t.TempDir(), info)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		if err := run.Append(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	return run
}

func page(t testing.TB, run *results.Run) string {
	t.Helper()
	html, err := report.HTML(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

func has(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(page, s) {
			t.Errorf("the page of %d bytes has no %q", len(page), s)
		}
	}
}

func TestReport(t *testing.T) {
	cells := matrix(t, nil)
	run := newRun(t, results.Info{Label: "before", Cells: cells, Command: []string{"/x/collatebench", "bench", "--label", "before"}}, samples(t, cells, 6))
	p := page(t, run)
	has(t, p,
		`<span class="cause serialised">serialised</span>`, `<span class="cause cpu-saturated">cpu-saturated</span>`, // 1
		"one decoding core", "roof: 2 cores", "Throughput, codec=json  size=1MiB  GOMAXPROCS=2", // 2
		"made with --profile=none",                                                                    // 3
		"decode-overlap, codec=json  GOMAXPROCS=2",                                                    // 4
		"collector, wait for decoding: 250 ms of 300 ms",                                              // 5
		"pool: a goroutine due every millisecond wakes late, 99th percentile: 4.0",                    // 6
		"no noise floor: no cell has an A/A control", "collatebench bench --label before", "go1.26.0", // 7
	)
	for _, name := range []string{"inline", "collector", "request", "pool"} {
		if n := strings.Count(p, `data-series="`+name+`"`) + strings.Count(p, `data-key="`+name+`"`); n != 4 { // a line and a key in each of two charts
			t.Errorf("%s is %d times in the charts", name, n)
		}
	}
	if len(p) > 3<<20 {
		t.Errorf("%d bytes", len(p))
	}
}

// TestFigures compares the shapes of every picture and the rows of the table with a
// golden: where bars end, which values are joined, in which order.
func TestFigures(t *testing.T) {
	cells := matrix(t, map[string]string{"placement": "collector,request", "window": "1,8", "size": "1MiB,64KiB", "procs": "2"})
	control := strings.Replace(cells[2], "-2", "/aa=b-2", 1)
	all := samples(t, append(cells, control), 6)
	for i := range all { // the upstream competes in one cell
		if all[i].Cell == cells[0] {
			all[i].Line = strings.Replace(all[i].Line, "0.06 upstream-cpus", "0.6 upstream-cpus", 1)
		}
	}
	p := page(t, newRun(t, results.Info{Cells: append(cells, control)}, all))
	var got strings.Builder
	for _, figure := range regexp.MustCompile(`(?s)<figure.*?</figure>|<table class="sortable copy".*?</table>`).FindAllString(p, -1) {
		// A shape a line, so that a difference can be read.
		got.WriteString(strings.NewReplacer("><", ">\n<").Replace(figure) + "\n\n")
	}
	resultstest.Golden(t, "figures.golden", got.String())
	has(t, got.String(), "~</td>", "!</td>")
}

// TestSameBytes: the page depends only on the raw data, not on its order in the
// ledger.
func TestSameBytes(t *testing.T) {
	cells := matrix(t, map[string]string{"size": "64KiB,1MiB"})
	all := samples(t, cells, 3)
	first := page(t, newRun(t, results.Info{Cells: cells}, all))
	for seed := range uint64(3) {
		rand.New(rand.NewPCG(seed, 9)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if p := page(t, newRun(t, results.Info{Cells: cells}, all)); p != first {
			t.Fatal("the same samples in another order give another page")
		}
	}
	if p := page(t, newRun(t, results.Info{Cells: cells}, samples(t, cells, 2))); p == first {
		t.Error("other samples give the same page")
	}
}

// TestPageNeedsNothing: no address to load from, and a policy that allows the
// page's own script and no other.
func TestPageNeedsNothing(t *testing.T) {
	cells := matrix(t, nil)
	p := page(t, newRun(t, results.Info{Cells: cells}, samples(t, cells, 2)))
	for _, found := range regexp.MustCompile(`(?:src|href)="([^"#][^"]*)"|url\(([^)#][^)]*)\)|@import`).FindAllString(p, -1) {
		t.Errorf("the page refers to %s", found)
	}
	if rest := strings.ReplaceAll(strings.ReplaceAll(p, `xmlns="http://www.w3.org/2000/svg"`, ""), `"http://www.w3.org/2000/svg"`, ""); strings.Contains(rest, "://") {
		t.Errorf("an address is left in the page: %.80s", rest[strings.Index(rest, "://")-20:])
	}
	scripts := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(p, -1)
	if len(scripts) != 1 {
		t.Fatalf("%d scripts", len(scripts))
	}
	sum := sha256.Sum256([]byte(scripts[0][1]))
	if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(report.Policy(), "'sha256-"+hash+"'") {
		t.Error("the policy forbids the page's own script")
	}
	meta := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(p)
	if meta == nil || strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(meta[1]) != report.Policy() {
		t.Errorf("the page's policy is %q", meta)
	}
}

// TestHostileRun: all texts of run.json are shown as text.
func TestHostileRun(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`
	cells := matrix(t, map[string]string{"window": "8"})
	info := results.Info{
		Cells: cells, Commit: evil, Stopped: evil, Upstream: "javascript:alert(1)" + evil, TestBinary: evil, State: results.Stopped,
		Command: []string{"collatebench", evil}, Go: evil, Machine: results.Machine{CPU: evil, Kernel: evil, OS: evil},
	}
	run := newRun(t, info, samples(t, cells, 2))
	if err := os.MkdirAll(run.ReportDir(), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(run.ReportDir(), results.BenchstatText), []byte(evil), 0o666); err != nil {
		t.Fatal(err)
	}
	p := page(t, run)
	if strings.Contains(p, "<script>alert") || strings.Contains(p, "<img") || strings.Contains(p, `href="javascript:`) {
		t.Error("a field of run.json becomes markup")
	}
	if n := strings.Count(p, "&lt;script&gt;alert(1)"); n < 7 {
		t.Errorf("the fields are shown as text %d times", n)
	}
}

// traceOf records one collation of the cell's placement, from memory, and writes the
// trace where the runner would write it.
func traceOf(t *testing.T, run *results.Run, name string) {
	t.Helper()
	c, err := bench.ParseCell(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(run.ProfileDir(c), 0o777); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(run.ProfileDir(c), profiles.Trace.File()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	client := bench.Client[int]{
		Stored: func(int) (http.Header, []byte) { return nil, make([]byte, 1<<10) },
		Window: c.Window, Placement: c.Placement,
		Decode: func(body []byte) (int, error) { return len(body), nil },
	}
	if err := trace.Start(f); err != nil {
		t.Fatal(err)
	}
	err = client.Collate(t.Context(), 20, func(int, int) error { return nil })
	trace.Stop()
	if err != nil {
		t.Fatal(err)
	}
}

// TestTimelines: one placement has a trace, one has a damaged trace, and one has a
// trace without annotations.
func TestTimelines(t *testing.T) {
	cells := matrix(t, map[string]string{"window": "8", "procs": "2", "placement": "collector,request,pool"})
	run := newRun(t, results.Info{Cells: cells, Profiled: true}, samples(t, cells, 2))
	for _, name := range cells {
		traceOf(t, run, name)
	}
	damage := func(name string, content []byte) {
		c, err := bench.ParseCell(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(run.ProfileDir(c), profiles.Trace.File()), content, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	damage(cells[1], []byte("no trace at all, but longer than a header"))
	var old bytes.Buffer
	if err := trace.Start(&old); err != nil {
		t.Fatal(err)
	}
	trace.Stop()
	damage(cells[2], old.Bytes())
	p := page(t, run)
	has(t, p, "collector, window 8, GOMAXPROCS=2: 20 responses in ", "<h3>request, window 8, GOMAXPROCS=2</h3>", "No timeline: read trace: not an execution trace", "No timeline: its trace marks no requests")
	if n := strings.Count(p, "<svg"); strings.Count(p, `class="draw lanes"`) != 1 || n < 5 {
		t.Errorf("%d timelines in %d pictures", strings.Count(p, `class="draw lanes"`), n)
	}
	data := regexp.MustCompile(`(?s)<script type="application/json">(.*?)</script>`).FindStringSubmatch(p)
	if data == nil {
		t.Fatal("a timeline without its figures")
	}
	var lanes struct{ Lanes [][]int64 }
	if err := json.Unmarshal([]byte(data[1]), &lanes); err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, lane := range lanes.Lanes {
		seen[lane[0]] = true
		if len(lane) < 4 || len(lane)%2 != 0 {
			t.Errorf("a lane is %v: not a request, its begin, and phases with their ends", lane)
		}
		for i := 5; i < len(lane); i += 2 {
			if lane[i] < lane[i-2] {
				t.Errorf("a lane runs backwards: %v", lane)
			}
		}
	}
	if len(seen) != 20 {
		t.Errorf("%d requests in %d lanes", len(seen), len(lanes.Lanes))
	}
	if again := page(t, run); again != p {
		t.Error("the same traces give another page")
	}
	files, err := report.WritePNG(run, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(slices.DeleteFunc(files, func(f string) bool { return !strings.HasPrefix(filepath.Base(f), "timeline-") })); n != 1 {
		t.Errorf("%d timelines are drawn into files", n)
	}
}

// TestWindowsInAnyOrder: a line goes from left to right.
func TestWindowsInAnyOrder(t *testing.T) {
	cells := matrix(t, map[string]string{"window": "32,1,8", "procs": "2", "placement": "collector"})
	p := page(t, newRun(t, results.Info{Cells: cells}, samples(t, cells, 2)))
	line := regexp.MustCompile(`class="s-collector" fill="none" stroke-width="2" d="M([^"l]*)l([^"]*)"`).FindStringSubmatch(p)
	if line == nil {
		t.Fatal("no line of collector")
	}
	steps := regexp.MustCompile(`-?[\d.]+`).FindAllString(line[2], -1)
	if len(steps) != 2*2 {
		t.Fatalf("steps %q", steps)
	}
	for i := 0; i < len(steps); i += 2 {
		if strings.HasPrefix(steps[i], "-") {
			t.Errorf("the line turns back: %q", steps)
		}
	}
}

// TestSimulationIsSaid: every picture of simulated cores says so.
func TestSimulationIsSaid(t *testing.T) {
	cells := matrix(t, map[string]string{"virtual-cores": "16", "procs": "1"})
	p := page(t, newRun(t, results.Info{Cells: cells}, samples(t, cells, 2)))
	for _, picture := range []string{"curves", "heat", "stages", "scheduling"} {
		svg := regexp.MustCompile(`(?s)<svg[^>]*class="draw ` + picture + `".*?</svg>`).FindString(p)
		if !strings.Contains(svg, "cores that only pass time") {
			t.Errorf("the picture of %s does not say that its cores are simulated", picture)
		}
	}
	has(t, p, "<h3>pool (simulated: 16 cores that only pass time)</h3>")
}

// TestSmallResponses: if decoding is only a small part of a response, one decoding
// core is no limit, and no line is drawn for it.
func TestSmallResponses(t *testing.T) {
	cells := matrix(t, map[string]string{"procs": "2"})
	all := samples(t, cells, 2)
	p := page(t, newRun(t, results.Info{Cells: cells}, all))
	has(t, p, ">one decoding core<")
	for i := range all {
		all[i].Line = strings.Replace(all[i].Line, " 10000000 decode-ns/resp", " 1000000 decode-ns/resp", 1)
	}
	if p = page(t, newRun(t, results.Info{Cells: cells}, all)); strings.Contains(p, ">one decoding core<") {
		t.Error("a line of 1049 MB/s is drawn over a roof of 190")
	}
}

// TestUnfinishedRuns: a report says what is missing if there are no samples, half a
// round, or a cell without times.
func TestUnfinishedRuns(t *testing.T) {
	cells := matrix(t, nil)
	none := page(t, newRun(t, results.Info{Cells: cells, State: results.Running}, nil))
	has(t, none, "no round is complete yet", "collatebench report 20261122-204100")
	has(t, page(t, newRun(t, results.Info{Cells: cells}, samples(t, cells, 1)[:5])), "no round is complete yet")
	profiled := newRun(t, results.Info{Cells: cells, Profiled: true}, samples(t, cells, 2))
	has(t, page(t, profiled), "No timeline: its profiled pass has not been taken.")

	var bare []results.Sample
	for _, s := range samples(t, cells, 2) {
		s.Line = regexp.MustCompile(`.97 decode-busy.*`).ReplaceAllString(s.Line, "")
		bare = append(bare, s)
	}
	has(t, page(t, newRun(t, results.Info{Cells: cells}, bare)), "The ledger does not tell the times of a response.", "no verdict")
}

// TestReportOfWhy shows the proof in place of curves.
func TestReportOfWhy(t *testing.T) {
	cells := []string{"codec=json/placement=collector/window=32/size=1MiB-2", "codec=json/placement=pool/window=32/size=1MiB-2"}
	info := results.Info{Cells: cells, Why: resultstest.Record(t, evidence.Why{Cell: cells[0], Interventions: []verdict.Intervention{
		{Name: "decoding in parallel", Change: "placement=pool", Cause: verdict.Serialised, Before: cells[0], Cell: cells[1], Predicted: 1.7},
	}})}
	p := page(t, newRun(t, info, samples(t, cells, 6)))
	has(t, p, "<td>decoding in parallel</td>", "placement=pool", "1.70x", "serialised: window 32", "A run of why takes no profiles", "as it is, wait for decoding")
	if strings.Contains(p, `class="draw curves"`) {
		t.Error("cells that differ in other things than the window are drawn against it")
	}
}

func TestComparison(t *testing.T) {
	cells := matrix(t, nil)
	old, slower := samples(t, cells, 6), samples(t, cells, 6)
	for i, s := range slower {
		if strings.Contains(s.Cell, "placement=pool/window=32") {
			slower[i].Line = regexp.MustCompile(`[\d.]+ MB/s`).ReplaceAllString(s.Line, fmt.Sprintf("%.2f MB/s", 60+float64(s.Round)))
		}
	}
	a, b := newRun(t, results.Info{Cells: cells, Label: "before"}, old), newRun(t, results.Info{Cells: append(slices.Clone(cells), matrix(t, map[string]string{"size": "2MiB"})...), Label: "after"},
		append(slower, samples(t, matrix(t, map[string]string{"size": "2MiB"}), 6)...))
	html, err := report.Comparison(a, b, []report.Link{{Text: "all runs", To: "/"}})
	if err != nil {
		t.Fatal(err)
	}
	p := string(html)
	has(t, p, "2 of 24 cells regressed", "x slower", "by placement", "would see one of about", "24 cells are only in the new run", "old: collector, window 32", "new: collector, window 32", `<a href="/">all runs</a>`)
	if n := strings.Count(p, `class="s-collector dash"`); n < 2 { // the line in each of two charts
		t.Errorf("the older run's line is dashed %d times", n)
	}
	if strings.Contains(p, "improvement</span>") {
		t.Error("equal cells are improved")
	}
	if n := strings.Count(p, `class="draw curves"`); n != 2 {
		t.Errorf("%d charts, want those of the common cells", n)
	}
	other := newRun(t, results.Info{Cells: matrix(t, map[string]string{"codec": "cbor"})}, nil)
	if _, err := report.Comparison(a, other, nil); err == nil || !strings.Contains(err.Error(), "no cell in common") {
		t.Errorf("got %v", err)
	}
}

// TestPNG: the main pictures as files, each whole and not empty.
func TestPNG(t *testing.T) {
	cells := matrix(t, nil)
	run := newRun(t, results.Info{Cells: cells}, samples(t, cells, 2))
	dir := filepath.Join(t.TempDir(), "made", "here")
	files, err := report.WritePNG(run, dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, filepath.Base(f))
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(text))
		if err != nil || img.Bounds().Dx() < 800 {
			t.Errorf("%s: %v, %v", f, err, img.Bounds())
		}
	}
	if want := "throughput-codec-json-size-1mib-gomaxprocs-2.png"; !slices.Contains(names, want) || !slices.Contains(names, "stages.png") || len(names) != 2+4+1+1 {
		t.Errorf("the files are %q", names)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != len(files) {
		t.Errorf("%d files for %d pictures, %v", len(left), len(files), err)
	}
	if err := os.WriteFile(filepath.Join(t.TempDir(), "x"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := report.WritePNG(run, filepath.Join(files[0], "below-a-file")); err == nil {
		t.Error("a file is taken for a folder")
	}
}
