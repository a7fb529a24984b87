package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"collatebench/profiles"
	"collatebench/results"
	"collatebench/results/view"
)

// serveRuns serves both real runs, and runs that are copied beside them, until the test ends.
func serveRuns(t *testing.T) (base, out string, run *results.Run) {
	t.Helper()
	from, _ := runsFolder(t)
	out = t.TempDir()
	if err := os.CopyFS(out, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	run, err := results.Find(out, "before")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- profiles.ServeUI(ctx, "127.0.0.1:0", view.Handler(out), func(url string) { ready <- url })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case base = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	return strings.TrimSuffix(base, "/"), out, run
}

// TestViewInABrowser visits what a person would: the list, a report, a flame graph, the
// difference of two, and two runs compared.
func TestViewInABrowser(t *testing.T) {
	b := newBrowser(t)
	base, _, run := serveRuns(t)
	b.as(1400, "light")
	b.open(base + "/")
	if rows := eval[int](b, "document.querySelectorAll('table.runs tbody tr').length"); rows != 2 {
		t.Errorf("%d runs are listed", rows)
	}
	b.shot("view-list")
	b.do(chromedp.Click(`//a[text()="` + run.Info().ID + `"]`))
	b.until("document.querySelectorAll('svg.lanes').length === 2")
	if !eval[bool](b, "document.querySelector('nav a[href=\"/\"]') !== null") {
		t.Error("no way back to the list")
	}
	b.do(chromedp.Click(`//nav/a[text()="Profiles and files"]`))
	b.until("document.querySelector('table.profiles') !== null")
	b.shot("view-profiles")
	b.do(chromedp.Click(`a[aria-label="allocs profile of codec=json/placement=collector/window=8/size=64KiB/responses=32/latency=2ms-2"]`))
	flame(t, b, "view-flame")
	b.open(base + view.ReportPath(run.Info().ID) + "profiles/")
	b.do(
		chromedp.SetValue("select[name=kind]", "allocs"),
		chromedp.SetValue("select[name=cell]", "codec=json,placement=collector,window=8,size=64KiB,responses=32,latency=2ms-2"),
		chromedp.SetValue("select[name=basecell]", "codec=json,placement=request,window=8,size=64KiB,responses=32,latency=2ms-2"),
		chromedp.Click(`//button[text()="Open the difference"]`),
	)
	flame(t, b, "view-diff")
	if at := eval[string](b, "location.pathname"); !strings.Contains(at, "/base/") {
		t.Errorf("the difference is at %s", at)
	}
	b.open(base + "/")
	b.do(chromedp.Click(`//button[text()="Compare"]`))
	b.until("document.querySelectorAll('#cells tbody tr').length === 4")
	if drawn := eval[int](b, "document.querySelectorAll('svg.curves .series path.dash').length"); drawn != 2 {
		t.Errorf("%d lines of the older run are drawn", drawn)
	}
	b.shot("view-compare")
	b.quiet()
}

// flame waits for pprof's flame graph of the client's code.
func flame(t *testing.T, b *browser, name string) {
	t.Helper()
	b.until("location.pathname.endsWith('/flamegraph') && document.querySelectorAll('.boxtext').length > 5")
	if !eval[bool](b, "[...document.querySelectorAll('.boxtext')].some(e => /bench|payload|json/.test(e.textContent))") {
		t.Error("a flame graph shows no function of the client")
	}
	b.shot(name)
	b.quiet()
}

// TestViewIsLive: the list shows a new run, and progress, without a reload.
func TestViewIsLive(t *testing.T) {
	b := newBrowser(t)
	base, out, run := serveRuns(t)
	b.open(base + "/")
	eval[bool](b, "window.same = true")
	info := run.Info()
	info.Label, info.State, info.Rounds = "growing", results.Running, 2
	samples, err := run.Samples()
	if err != nil {
		t.Fatal(err)
	}
	growing, err := results.Create(out, info)
	if err != nil {
		t.Fatal(err)
	}
	defer growing.Close()
	b.until("document.querySelectorAll('table.runs tbody tr').length === 3")
	b.until("document.querySelector('progress')?.value === 0")
	first := samples[0]
	first.Flags = nil // a flagged sample would make the round begin again
	if err := growing.Append(first); err != nil {
		t.Fatal(err)
	}
	b.until("document.querySelector('progress')?.value === 1")
	if !eval[bool](b, "window.same === true") {
		t.Error("the page was loaded anew")
	}
	if err := os.RemoveAll(filepath.Join(out, growing.Info().ID)); err != nil {
		t.Fatal(err)
	}
	b.until("document.querySelectorAll('table.runs tbody tr').length === 2")
	b.quiet()
}
