package view

import (
	"errors"
	"fmt"
	"net/http"

	"collatebench/results/report"
	"collatebench/results/stats"
)

// A Choice is a form that chooses two runs.
type Choice struct {
	Runs     []row // those that can be read, the newest first
	Old, New string
}

// newChoice proposes the newest run and the one before it, unless runs are chosen
// already.
func newChoice(rows []row, old, new string) Choice {
	c := Choice{Old: old, New: new}
	for _, r := range rows {
		if r.Broken == "" {
			c.Runs = append(c.Runs, r)
		}
	}
	if len(c.Runs) > 1 && old == "" && new == "" {
		c.Old, c.New = c.Runs[1].ID, c.Runs[0].ID
	}
	return c
}

// compare shows two runs, or the form to choose them if one is not named.
func (s *server) compare(w http.ResponseWriter, r *http.Request) error {
	old, new := r.URL.Query().Get("old"), r.URL.Query().Get("new")
	if old == "" || new == "" {
		return s.choose(w, old, new)
	}
	a, err := s.open(old)
	if err != nil {
		return err
	}
	defer a.close()
	b, err := s.open(new)
	if err != nil {
		return err
	}
	defer b.close()
	if a.id == b.id {
		return &refusal{http.StatusBadRequest, "A run compared with itself shows nothing: choose another one."}
	}
	page, err := s.comparison(a, b)
	if apart := (*stats.IncomparableError)(nil); errors.As(err, &apart) {
		return &refusal{http.StatusUnprocessableEntity, "These two can't be compared: " + apart.Error() + "."}
	}
	if err != nil {
		return err
	}
	writePage(w, http.StatusOK, page)
	return nil
}

func (s *server) choose(w http.ResponseWriter, old, new string) error {
	rows, err := s.listed()
	if err != nil {
		return err
	}
	s.render(w, http.StatusOK, report.Page{Title: "Compare two runs", Nav: nav("")}, "compare.html", newChoice(rows, old, new))
	return nil
}

func (s *server) comparison(a, b *runFolder) ([]byte, error) {
	old, oldVersion, oldNeed, err := a.loadWhole()
	if err != nil {
		return nil, err
	}
	new, newVersion, newNeed, err := b.loadWhole()
	if err != nil {
		return nil, err
	}
	return s.pages.get(fmt.Sprintf("%q %q", a.id, b.id), oldVersion+newVersion, func() ([]byte, error) {
		links := append(nav(""),
			report.Link{Text: "Report of " + a.id, To: runPath(a.id)},
			report.Link{Text: "Report of " + b.id, To: runPath(b.id)})
		return borrowing(s.memory, oldNeed+newNeed, func() ([]byte, error) {
			return catchPanic(func() ([]byte, error) { return report.Comparison(old, new, links) })
		})
	})
}
