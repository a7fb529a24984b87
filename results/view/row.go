package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/boundedfile"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// verdictName is where report/ keeps the verdict.
var verdictName = path.Join("report", results.VerdictFile)

// A row is one run in the list.
type row struct {
	ID       string
	Broken   string // why the run cannot be read; "" if it can. All below is then zero
	Info     results.Info
	Progress results.Progress
	Verdicts []verdict.Verdict
	About    string // of a run of why, the cell
}

// rowVersion is the version of the files that a row depends on. The log and the
// profiles are among them because they are the run's sign of life.
func (f *runFolder) rowVersion() string {
	return f.version(infoName, ledgerName, verdictName, "log.txt", "profiles")
}

// row reads the row of a run. Any error is shown in the row, so that the other runs
// are shown all the same.
func (f *runFolder) row() row {
	out, err := catchPanic(f.read)
	if err != nil {
		return row{ID: f.id, Broken: err.Error()}
	}
	return out
}

// catchPanic turns a panic of make into an error. The files may be of another origin
// and may hold anything; one such run must not make the whole folder unusable.
func catchPanic[V any](make func() (V, error)) (v V, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it holds what no run writes: %v", p)
		}
	}()
	return make()
}

func (f *runFolder) read() (row, error) {
	run, err := f.load()
	if err != nil {
		return row{}, err
	}
	out := row{ID: f.id, Info: run.Info()}
	why, err := evidence.ReadWhy(out.Info)
	if err != nil {
		return row{}, err
	}
	if why != nil {
		out.About = why.Cell
	}
	if out.Progress, err = run.Progress(); err != nil {
		return row{}, err
	}
	if out.Verdicts, err = f.verdicts(run); err != nil {
		return row{}, err
	}
	return out, nil
}

// verdicts reads the verdicts from report/ if they are not older than the ledger.
// Making them takes 20 ms for a run of the default matrix: too long for each run of
// a list.
func (f *runFolder) verdicts(run *results.Run) ([]verdict.Verdict, error) {
	if made, ok := f.writtenVerdicts(run.Info().Proves()); ok {
		return made, nil
	}
	reading, err := evidence.Read(run)
	return reading.Verdicts(), err
}

func (f *runFolder) writtenVerdicts(why bool) (made []verdict.Verdict, ok bool) {
	written, err := f.regular(verdictName)
	ledger, ledgerErr := f.regular(ledgerName)
	if errors.Join(err, ledgerErr) != nil || written.ModTime().Before(ledger.ModTime()) {
		return nil, false
	}
	text, err := boundedfile.ReadIn(f.dir, verdictName, maxVerdictFile)
	if err != nil {
		return nil, false
	}
	if !why {
		return made, json.Unmarshal(text, &made) == nil && len(made) <= maxVerdicts
	}
	made = make([]verdict.Verdict, 1)
	return made, json.Unmarshal(text, &made[0]) == nil
}

// URLs of the run's pages.
func (r row) ReportURL() string         { return runPath(r.ID) }
func (r row) ProfilesURL() string       { return runPath(r.ID, "profiles") + "/" }
func (r row) InfoURL() string           { return filePath(r.ID, infoName) }
func (r row) IsRunning() bool           { return r.Info.State == results.Running }
func (r row) isLost(now time.Time) bool { return r.IsRunning() && r.Progress.Lost(now) }

// State is the state of the run, in words.
func (r row) State() string {
	switch {
	case r.isLost(time.Now()):
		return "no sign of life since " + r.Progress.Changed.Format("2006-01-02 15:04")
	case r.Info.Stopped != "":
		return string(r.Info.State) + ": " + r.Info.Stopped
	}
	return string(r.Info.State)
}

// Done is the number of samples, in words.
func (r row) Done() string {
	if r.Info.State == results.Complete {
		return fmt.Sprintf("%d samples", r.Progress.Samples)
	}
	return fmt.Sprintf("%d of %d samples, round %d", r.Progress.Samples, r.Progress.Planned, r.Progress.Round)
}

// VerdictLines are the verdicts, a line each: the causes of each placement in a
// matrix, the sentence of a run of why, the clients of each cause where clients are
// compared.
func (r row) VerdictLines() []string {
	if r.Info.ComparesClients() && len(r.Verdicts) > 0 {
		return byCause(r.Verdicts)
	}
	var out []string
	names := subjects(r.Verdicts)
	for i, v := range r.Verdicts {
		if r.Info.Proves() {
			out = append(out, r.About+": "+spell.FirstLine(v.Sentence))
			continue
		}
		out = append(out, names[i]+": "+causes(v))
	}
	if len(out) == 0 {
		out = append(out, "none: no round is complete")
	}
	return out
}

// byCause lists the clients of each cause: there are many clients and few causes.
func byCause(verdicts []verdict.Verdict) []string {
	var order []string
	who := map[string][]string{}
	for _, v := range verdicts {
		cause := causes(v)
		if who[cause] == nil {
			order = append(order, cause)
		}
		who[cause] = append(who[cause], clientOf(v.Subject))
	}
	var out []string
	for _, cause := range order {
		out = append(out, cause+": "+strings.Join(who[cause], "; "))
	}
	return out
}

// clientOf names a client and its placement, and its codec if that is not the
// default one.
func clientOf(cell string) string {
	c, err := bench.ParseCell(cell)
	if err != nil {
		return cell
	}
	name := string(c.Client) + " " + string(c.Placement)
	if c.Codec != bench.DefaultCell().Codec {
		name += " (" + string(c.Codec) + ")"
	}
	return name
}

// subjects names the cell of each verdict by its placement and by what tells it from the
// others. If one of them is no cell, all keep their names.
func subjects(verdicts []verdict.Verdict) []string {
	out := make([]string, len(verdicts))
	cells := make([]bench.Cell, len(verdicts))
	whole := true
	for i, v := range verdicts {
		var err error
		cells[i], err = bench.ParseCell(v.Subject)
		out[i], whole = v.Subject, whole && err == nil
	}
	if !whole {
		return out
	}
	for i, apart := range stats.Distinctions(cells) {
		out[i] = string(cells[i].Placement)
		if apart != "" {
			out[i] += ", " + apart
		}
	}
	return out
}

func causes(v verdict.Verdict) string {
	if len(v.Causes) == 0 {
		return "no verdict"
	}
	names := make([]string, len(v.Causes))
	for i, c := range v.Causes {
		names[i] = string(c)
	}
	return strings.Join(names, ", then ")
}
