package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"collatebench/results"
	page "collatebench/results/report"
)

// two is a matrix with a serial and a parallel placement.
var two = []string{"--placement", "collector,request", "--window", "1,8", "--size", "64KiB", "--responses", "32", "--latency", "2ms", "--procs", "2"}

// realRuns are made once, by the first test that needs them: a run with profiles, and a later
// one without.
var realRuns runsOnce

type runsOnce struct {
	once sync.Once
	dir  string
	err  error
}

func (r *runsOnce) make() (string, error) {
	r.once.Do(func() {
		if r.dir, r.err = os.MkdirTemp("", "collatebench-runs-"); r.err != nil {
			return
		}
		for _, args := range [][]string{
			append([]string{"bench", "--label", "before", "--rounds", "3", "--profile-cpu", "100ms", "--out", r.dir}, two...),
			append([]string{"bench", "--label", "after", "--rounds", "2", "--profile=false", "--out", r.dir}, two...),
		} {
			if code, stdout, stderr := program(args...); code != exitGood {
				r.err = fmt.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
		}
	})
	return r.dir, r.err
}

// remove removes the runs, if they were made.
func (r *runsOnce) remove() {
	if r.dir != "" {
		os.RemoveAll(r.dir)
	}
}

// runsFolder returns the folder of both runs, and the one with profiles.
func runsFolder(t *testing.T) (out string, run *results.Run) {
	t.Helper()
	out, err := realRuns.make()
	if err != nil {
		t.Fatal(err)
	}
	if run, err = results.Find(out, "before"); err != nil {
		t.Fatal(err)
	}
	return out, run
}

func reportURL(run *results.Run) string {
	return "file://" + filepath.Join(run.ReportDir(), results.ReportFile)
}

// TestReportFromDisk opens report.html as a person would, offline: each section is there with
// data, and the browser asks for nothing except the file.
func TestReportFromDisk(t *testing.T) {
	b := newBrowser(t)
	_, run := runsFolder(t)
	b.open(reportURL(run))
	for section, want := range map[string]string{
		"verdicts":   "document.querySelectorAll('#verdicts .verdict-view .cause').length === 2",
		"throughput": "document.querySelectorAll('#throughput svg.curves .series').length === 2",
		"timeline":   "document.querySelectorAll('#timeline svg.lanes .spans path').length >= 6",
		"heat":       "document.querySelectorAll('#heat svg.heat rect').length === 2 * 4",
		"stages":     "document.querySelectorAll('#stages svg.stages rect').length >= 6",
		"scheduling": "document.querySelectorAll('#scheduling svg.scheduling .form').length >= 6",
		"tables":     "document.querySelectorAll('#cells tbody tr').length === 4",
		"benchstat":  "document.querySelector('#benchstat pre').textContent.includes('placement')",
		"notes":      "document.querySelector('#tables .notes').textContent.includes('noise floor')",
		"machine":    "document.querySelector('#tables .facts').textContent.includes('cores')",
		"repeat":     "document.querySelector('#tables .cmd code').textContent.startsWith('collatebench ')",
	} {
		if !eval[bool](b, want) {
			t.Errorf("%s: not so: %s", section, want)
		}
	}
	if !eval[bool](b, "document.querySelector('#timeline svg.lanes').getBoundingClientRect().height > 100") {
		t.Error("a timeline has no height")
	}
	for _, url := range b.requests() {
		if url != reportURL(run) {
			t.Errorf("the page asked for %s", url)
		}
	}
	b.quiet()
}

// decodes is a script that returns, by placement, the most decodes at a time in the page's
// data.
const decodes = `Object.fromEntries([...document.querySelectorAll("figure.lanes")].map(f => {
	const d = JSON.parse(f.querySelector("script").textContent), edges = [];
	for (const row of d.lanes)
		for (let i = 2, begin = row[1]; i < row.length; begin = row[i + 1], i += 2)
			if (d.phases[row[i]].startsWith("decoding")) edges.push([begin, 1], [row[i + 1], -1]);
	edges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
	let now = 0, most = 0;
	for (const [, by] of edges) most = Math.max(most, now += by);
	return [f.id.replace("timeline-", ""), most];
}))`

// TestTimelinesDiffer: the collector's decodes take turns; those of request overlap.
func TestTimelinesDiffer(t *testing.T) {
	b := newBrowser(t)
	_, run := runsFolder(t)
	b.open(reportURL(run))
	most := eval[map[string]int](b, decodes)
	if most["collector"] != 1 || most["request"] < 2 {
		t.Errorf("decodes at a time: %v; want 1 of collector and more of request", most)
	}
}

// center is a script that returns the position of the longest span of the sixth lane, the
// requests of that lane and of the second, and two positions to drag between.
const center = `(() => {
	const svg = document.querySelector("#timeline-collector svg.lanes");
	svg.scrollIntoView({block: "center"});
	const d = JSON.parse(svg.parentNode.querySelector("script").textContent), box = svg.getBoundingClientRect();
	const k = box.width / svg.viewBox.baseVal.width, row = d.lanes[5];
	let at = 0, longest = -1;
	for (let i = 2, begin = row[1]; i < row.length; begin = row[i + 1], i += 2)
		if (row[i + 1] - begin > longest) [longest, at] = [row[i + 1] - begin, (begin + row[i + 1]) / 2];
	return [box.left + k * (d.x + at / d.end * d.w), box.top + k * (d.y + 5.5 * d.lane), row[0], d.lanes[1][0],
		box.left + k * (d.x + .3 * d.w), box.left + k * (d.x + .5 * d.w)];
})()`

// TestTimelineAnswers hovers, zooms by button, key and drag, and finds a request.
func TestTimelineAnswers(t *testing.T) {
	b := newBrowser(t)
	_, run := runsFolder(t)
	b.as(1400, "light")
	b.open(reportURL(run))
	at := eval[[]float64](b, center)
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
	if tip := eval[string](b, "document.querySelector('.tip').hidden ? '' : document.querySelector('.tip').textContent"); !strings.HasPrefix(tip, fmt.Sprintf("request %v: ", at[2])) || !strings.Contains(tip, " ms") {
		t.Errorf("hovering over request %v says %q", at[2], tip)
	}
	const collector = "document.querySelector('#timeline-collector svg.lanes')"
	span := func() float64 { return eval[float64](b, collector+".dataset.to - "+collector+".dataset.from") }
	ticks := func() string { return eval[string](b, collector+".querySelector('.time').textContent") }
	b.do(chromedp.Click("#timeline-collector button[aria-label='zoom in']"))
	half, zoomed := span(), ticks()
	b.do(chromedp.Focus("#timeline-collector svg.lanes"), chromedp.KeyEvent("+"))
	quarter := span()
	if half <= 0 || math.Abs(quarter-half/2) > 1 || ticks() == zoomed { // microseconds
		t.Errorf("a button shows %v us, then a key %v; ticks %q", half, quarter, ticks())
	}
	b.do(chromedp.KeyEvent("0"))
	whole := span()
	if math.Abs(whole-2*half) > 1 {
		t.Errorf("0 shows %v us of %v", whole, 2*half)
	}
	at = eval[[]float64](b, center)
	b.do(chromedp.DragAndDropXY(at[4], at[1], at[5], at[1]))
	if part := span(); part < whole*.15 || part > whole*.25 {
		t.Errorf("dragging over a fifth shows %v us of %v", part, whole)
	}
	b.do(chromedp.KeyEvent("0"))
	at = eval[[]float64](b, center)
	b.do(chromedp.MouseClickXY(at[0], at[1]))
	if said := eval[string](b, "document.querySelector('#timeline-collector output').textContent"); !strings.HasPrefix(said, fmt.Sprintf("request %v, ", at[2])) {
		t.Errorf("a click on request %v tells %q", at[2], said)
	}
	eval[string](b, "document.querySelector('#timeline-collector input').value = ''")
	b.do(chromedp.SendKeys("#timeline-collector input", "7"))
	if said := eval[string](b, "document.querySelector('#timeline-collector output').textContent"); !strings.HasPrefix(said, "request 7, ") || !strings.Contains(said, "decoding on a core") {
		t.Errorf("request 7 is told as %q", said)
	}
	b.do(chromedp.SendKeys("#timeline-collector input", "00"))
	if said := eval[string](b, "document.querySelector('#timeline-collector output').textContent"); said != "no request 700" {
		t.Errorf("request 700 is told as %q", said)
	}
	b.do(chromedp.Focus("#timeline-collector svg.lanes"), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	if said := eval[string](b, "document.querySelector('#timeline-collector output').textContent"); !strings.HasPrefix(said, fmt.Sprintf("request %v, ", at[3])) {
		t.Errorf("two steps down lead to %q, not to request %v", said, at[3])
	}
	b.quiet()
}

// TestTablesAnswer sorts and copies a table, and hides a line.
func TestTablesAnswer(t *testing.T) {
	b := newBrowser(t)
	_, run := runsFolder(t)
	b.open(reportURL(run))
	column := func(name string) []string {
		return eval[[]string](b, `(() => { const at = [...document.querySelectorAll("#cells thead th")].findIndex(h => h.textContent === "`+name+`");
			return [...document.querySelectorAll("#cells tbody tr")].map(r => r.cells[at].dataset.sort); })()`)
	}
	click := func(name string) {
		b.do(chromedp.Click(`//table[@id="cells"]//th/button[text()="` + name + `"]`))
	}
	click("MB/s")
	down := column("MB/s")
	click("MB/s")
	up := column("MB/s")
	slices.Reverse(up)
	if len(down) != 4 || !slices.Equal(down, up) || slices.Equal(down, column("MB/s")) {
		t.Errorf("sorted down %v, then up, reversed, %v", down, up)
	}
	const capture = `Object.defineProperty(navigator, "clipboard", {value: {writeText: text => { window.copied = text; return Promise.resolve(); }}}); true`
	eval[bool](b, capture)
	for name, want := range map[string]string{"copy as Markdown": "| codec | placement |", "copy as CSV": "codec,placement,"} {
		b.do(chromedp.Click(`//button[text()="` + name + `"]`))
		if got := eval[string](b, "window.copied"); !strings.HasPrefix(got, want) || strings.Count(got, "request") < 2 {
			t.Errorf("%s copies %q", name, got)
		}
	}
	const shown = `getComputedStyle(document.querySelector("svg.curves .series[data-series=collector]")).display !== "none"`
	if !eval[bool](b, shown) {
		t.Error("a line is not shown to begin with")
	}
	b.do(chromedp.Click("svg.curves .key[data-key=collector]"))
	if eval[bool](b, shown) {
		t.Error("its key does not switch a line off")
	}
	b.quiet()
}

// TestReportOnEveryScreen: light and dark, wide and narrow, nothing overflows and the text has
// contrast.
func TestReportOnEveryScreen(t *testing.T) {
	b := newBrowser(t)
	_, run := runsFolder(t)
	grounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1400, 400} {
			b.as(width, scheme)
			b.open(reportURL(run))
			if over := eval[int](b, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
				t.Errorf("%s, %d pixels: the page is %d pixels too wide", scheme, width, over)
			}
			grounds[eval[string](b, "getComputedStyle(document.body).backgroundColor")] = true
			b.shot("report-" + scheme + "-" + map[int64]string{1400: "wide", 400: "narrow"}[width])
		}
	}
	if len(grounds) != 2 {
		t.Errorf("the grounds are %v", grounds)
	}
	b.quiet()
}

// TestReportWithoutScripts: all static content is there.
func TestReportWithoutScripts(t *testing.T) {
	b := newBrowser(t)
	_, run := runsFolder(t)
	b.do(scripts(false))
	b.open(reportURL(run))
	b.do(scripts(true)) // the page was loaded without scripts
	pictures := eval[[]string](b, `[...document.querySelectorAll("figure svg")].map(e => e.querySelector("title").textContent)`)
	buttons := eval[[]string](b, `[...document.querySelectorAll("button")].map(e => e.textContent)`)
	if len(pictures) < 7 || len(buttons) > 0 {
		t.Errorf("%d pictures %q and %d buttons that do nothing", len(pictures), pictures, len(buttons))
	}
	b.quiet()
}

func scripts(on bool) chromedp.Action[chromedp.Void] {
	return command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// BenchmarkReport makes the report of a run, results/runs/latest unless RUN names another
// folder, and shows it in a browser: seconds to make it, and milliseconds from the browser's
// request to the first paint. It is not a test, because it depends on the machine's load.
func BenchmarkReport(b *testing.B) {
	path := os.Getenv("RUN")
	if path == "" {
		path = filepath.Join("results", "runs", "latest")
	}
	run, err := results.Open(path)
	if err != nil {
		b.Skip("SKIPPED: ", err, ": make bench leaves one")
	}
	chromium := newBrowser(b)
	path = filepath.Join(b.TempDir(), "report.html")
	var size int
	paint := 0.0
	for b.Loop() {
		html, err := page.HTML(run, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := os.WriteFile(path, html, 0o666); err != nil {
			b.Fatal(err)
		}
		size = len(html)
		chromium.open("file://" + path)
		chromium.until("performance.getEntriesByName('first-contentful-paint').length > 0")
		paint += eval[float64](chromium, "performance.getEntriesByName('first-contentful-paint')[0].startTime")
		b.StartTimer()
	}
	b.ReportMetric(paint/float64(b.N), "first-paint-ms")
	b.ReportMetric(float64(size)/1e6, "MB")
}
