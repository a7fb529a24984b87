package view

import (
	"encoding/json"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"collatebench/results"
	"collatebench/results/report"
	"collatebench/results/verdict"
)

// rows keeps the row of each run until its files change.
type rows struct {
	mu   sync.Mutex
	byID map[string]keptRow
}

type keptRow struct {
	version string
	row     row
}

// listed returns the row of every run, the newest first. Requests at the same time
// share one reading.
func (s *server) listed() ([]row, error) {
	rows, err, _ := s.lists.Do("", func() (any, error) { return s.readRows() })
	out, _ := rows.([]row)
	return out, err
}

func (s *server) readRows() ([]row, error) {
	ids, err := s.ids.list(s.root)
	if err != nil {
		return nil, err
	}
	fresh := make([]keptRow, len(ids))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, id := range ids {
		g.Go(func() error {
			fresh[i] = s.readRow(id)
			return nil
		})
	}
	_ = g.Wait() // a run's error is in its row
	s.rows.replace(ids, fresh)
	out := make([]row, len(fresh))
	for i, k := range fresh {
		out[i] = k.row
	}
	return out, nil
}

func (s *server) readRow(id string) keptRow {
	r, err := openRunFolder(s.root, id)
	if err != nil {
		return keptRow{row: row{ID: id, Broken: err.Error()}}
	}
	defer r.close()
	version := r.rowVersion()
	if k, ok := s.rows.get(id); ok && k.version == version {
		return k
	}
	row, err := borrowing(s.memory, r.rowMemory(), func() (row, error) { return r.row(), nil })
	if err != nil {
		row.ID, row.Broken = id, err.Error()
	}
	return keptRow{version, row}
}

func (r *rows) get(id string) (keptRow, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.byID[id]
	return k, ok
}

// replace keeps the rows of the runs that exist, and drops the others.
func (r *rows) replace(ids []string, fresh []keptRow) {
	byID := make(map[string]keptRow, len(ids))
	for i, id := range ids {
		byID[id] = fresh[i]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byID = byID
}

// list shows all runs. The page is always live, so that a new run appears by itself.
// Reading the list again costs some system calls for each run.
func (s *server) list(w http.ResponseWriter, _ *http.Request) error {
	rows, err := s.listed()
	if err != nil {
		return err
	}
	page := report.Page{Title: "Runs", Nav: nav(""), Live: true}
	s.render(w, http.StatusOK, page, "list.html", struct {
		Root string
		Rows []row
		Choice
	}{s.root, rows, newChoice(rows, "", "")})
	return nil
}

// listJSON is the list for programs.
func (s *server) listJSON(w http.ResponseWriter, _ *http.Request) error {
	rows, err := s.listed()
	if err != nil {
		return err
	}
	out := make([]rowJSON, len(rows))
	for i, r := range rows {
		out[i] = r.json(time.Now())
	}
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

type rowJSON struct {
	ID       string            `json:"id"`
	Label    string            `json:"label,omitempty"`
	Broken   string            `json:"broken,omitempty"` // why the run cannot be read
	State    results.State     `json:"state,omitempty"`
	Lost     bool              `json:"lost,omitempty"` // its state is running, but it gives no sign of life
	Progress *results.Progress `json:"progress,omitempty"`
	Started  time.Time         `json:"started,omitzero"`
	Causes   []subjectJSON     `json:"causes,omitempty"`
}

type subjectJSON struct {
	Cell   string          `json:"cell"`
	Causes []verdict.Cause `json:"causes"` // none: no verdict
}

func (r row) json(now time.Time) rowJSON {
	if r.Broken != "" {
		return rowJSON{ID: r.ID, Broken: r.Broken}
	}
	out := rowJSON{ID: r.ID, Label: r.Info.Label, State: r.Info.State, Lost: r.isLost(now), Progress: &r.Progress, Started: r.Info.Started}
	for _, v := range r.Verdicts {
		out.Causes = append(out.Causes, subjectJSON{v.Subject, slices.Concat([]verdict.Cause{}, v.Causes)})
	}
	return out
}
