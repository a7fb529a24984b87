package view_test

import (
	"html"
	"net/http"
	"strings"
	"testing"
)

// has checks that a page has status 200 and shows all texts, either as a reader sees
// them or as they are in the source.
func (p page) has(t testing.TB, want ...string) {
	t.Helper()
	if p.status != http.StatusOK {
		t.Errorf("%s: status %d: %s", p.path, p.status, p.main())
	}
	for _, w := range want {
		if !strings.Contains(p.body, w) && !strings.Contains(html.UnescapeString(p.body), w) {
			t.Errorf("%s: no %q in\n%s", p.path, w, p.main())
		}
	}
}

// lacks checks that a page shows none of the texts.
func (p page) lacks(t testing.TB, others ...string) {
	t.Helper()
	for _, o := range others {
		if strings.Contains(p.body, o) {
			t.Errorf("%s: %q in\n%s", p.path, o, p.main())
		}
	}
}

// refused checks an error page of this server: its status, and a sentence for people.
func (p page) refused(t testing.TB, status int, says string) {
	t.Helper()
	if p.status != status || !strings.Contains(html.UnescapeString(p.body), says) {
		t.Errorf("%s: status %d, want %d and %q:\n%s", p.path, p.status, status, says, p.main())
	}
	if !strings.Contains(p.body, `<p class="warning">`) {
		t.Errorf("%s: no page for people:\n%s", p.path, p.main())
	}
}

// main is the part of a page that differs from page to page.
func (p page) main() string {
	_, rest, _ := strings.Cut(p.body, "<main")
	main, _, ok := strings.Cut(rest, "</main>")
	if !ok {
		return p.body[:min(len(p.body), 2000)]
	}
	return main
}
