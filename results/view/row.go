package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/verdict"
)

// verdictName is where report/ keeps the verdict.
var verdictName = path.Join("report", results.VerdictFile)

// A row is what the list says of one run.
type row struct {
	ID       string
	Broken   string // why the run cannot be read; all below is then zero
	Info     results.Info
	Progress results.Progress
	Verdicts []verdict.Verdict
}

// rowVersion is what a row is made of. The log and the profiles are there for
// the sign of life.
func (r *run) rowVersion() string {
	return r.version(infoName, ledgerName, verdictName, "log.txt", "profiles")
}

// row reads what the list says of a run. What is wrong with one run is said in
// its row, whatever it is: the others are shown all the same.
func (r *run) row() row {
	out, err := sheltered(r.read)
	if err != nil {
		return row{ID: r.id, Broken: err.Error()}
	}
	return out
}

// sheltered makes an error of a panic. Figures and pages are made of files that
// need not come from a run of ours, and a folder with one such run is to be of
// use.
func sheltered[V any](make func() (V, error)) (v V, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it holds what no run writes: %v", p)
		}
	}()
	return make()
}

func (r *run) read() (row, error) {
	loaded, err := r.load()
	if err != nil {
		return row{}, err
	}
	out := row{ID: r.id, Info: loaded.Info()}
	if out.Progress, err = loaded.Progress(); err != nil {
		return row{}, err
	}
	if out.Verdicts, err = r.verdicts(loaded); err != nil {
		return row{}, err
	}
	return out, nil
}

// verdicts takes what report/ says where that is not older than the ledger. To
// make it anew takes 20 ms a run of the default matrix: seconds, for a list.
func (r *run) verdicts(loaded *results.Run) ([]verdict.Verdict, error) {
	if made, ok := r.writtenVerdicts(loaded.Info().Why != nil); ok {
		return made, nil
	}
	samples, err := loaded.Samples()
	if err != nil {
		return nil, err
	}
	if why := loaded.Info().Why; why != nil {
		v, err := why.Verdict(loaded.Info(), samples)
		return []verdict.Verdict{v}, err
	}
	s, err := results.Summarise(loaded.Info(), samples)
	return s.Verdicts, err
}

func (r *run) writtenVerdicts(why bool) (made []verdict.Verdict, ok bool) {
	written, err := r.regular(verdictName)
	ledger, ledgerErr := r.regular(ledgerName)
	if errors.Join(err, ledgerErr) != nil || written.ModTime().Before(ledger.ModTime()) {
		return nil, false
	}
	text, err := r.dir.ReadFile(verdictName)
	if err != nil {
		return nil, false
	}
	if !why {
		return made, json.Unmarshal(text, &made) == nil
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

// State says how far the run has come, in words.
func (r row) State() string {
	switch {
	case r.isLost(time.Now()):
		return "no sign of life since " + r.Progress.Sign.Format("2006-01-02 15:04")
	case r.Info.Stopped != "":
		return string(r.Info.State) + ": " + r.Info.Stopped
	}
	return string(r.Info.State)
}

// Done says how many samples there are.
func (r row) Done() string {
	if r.Info.State == results.Complete {
		return fmt.Sprintf("%d samples", r.Progress.Samples)
	}
	return fmt.Sprintf("%d of %d samples, round %d", r.Progress.Samples, r.Progress.Of, r.Progress.Round)
}

// Says gives the verdict in a line each: of a matrix the causes by placement,
// of a run of why its sentence, of clients that are compared who has which.
func (r row) Says() []string {
	if r.Info.Peers != nil && len(r.Verdicts) > 0 {
		return byCause(r.Verdicts)
	}
	var out []string
	for _, v := range r.Verdicts {
		if r.Info.Why != nil {
			out = append(out, r.Info.Why.Cell+": "+spell.FirstLine(v.Sentence))
			continue
		}
		out = append(out, placementOf(v.Subject)+": "+causes(v))
	}
	if len(out) == 0 {
		out = append(out, "none: no round is complete")
	}
	return out
}

// byCause lists whom each verdict is about: there are many clients and few
// causes.
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

// clientOf names a client's placement, and its codec where that is not the
// usual one.
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

func placementOf(cell string) string {
	if c, err := bench.ParseCell(cell); err == nil {
		return string(c.Placement)
	}
	return cell
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
