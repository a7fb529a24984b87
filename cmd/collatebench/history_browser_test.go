package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"collatebench/profiles"
	"collatebench/results/view"
)

// TestHistoryInABrowser goes from the list to the history, sees a row a cell with the change
// marked, and from a point to its run.
func TestHistoryInABrowser(t *testing.T) {
	b := newBrowser(t)
	root := manyRuns(t, 24)
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- profiles.ServeUI(ctx, "127.0.0.1:0", view.Handler(root), func(url string) { ready <- url })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	var base string
	select {
	case base = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	b.as(1400, "light")
	b.open(base)
	b.do(chromedp.Click(`//nav/a[text()="History"]`))
	b.until("document.querySelectorAll('svg.history').length === 2")
	for what, want := range map[string]string{
		"points":  "document.querySelectorAll('svg.history a').length === 2 * 24",
		"a mark":  "document.querySelectorAll('svg.history a path.f-bad').length === 1",
		"a ratio": "document.querySelector('table.history .worse').textContent.includes('0.75x')",
		"heights": "[...document.querySelectorAll('svg.history')].every(e => e.getBoundingClientRect().height > 60)",
	} {
		if !eval[bool](b, want) {
			t.Errorf("%s: not so: %s", what, want)
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		b.as(1400, scheme)
		b.shot("history-" + scheme)
		b.as(400, scheme)
		if !eval[bool](b, "document.documentElement.scrollWidth <= innerWidth") {
			t.Errorf("%s: a narrow page is wider than its screen", scheme)
		}
		b.shot("history-narrow-" + scheme)
	}
	b.as(1400, "light")
	b.do(chromedp.Click("svg.history a:nth-of-type(12)"))
	b.until("location.pathname.startsWith('/runs/')")
	if at := eval[string](b, "location.pathname"); !strings.HasSuffix(at, "-r11/") {
		t.Errorf("the twelfth point leads to %s", at)
	}
	b.quiet()
}
