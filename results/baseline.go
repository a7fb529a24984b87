package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/internal/wholefile"
)

// BaselinePrefix begins a reference to a baseline where a run is named: baseline:main.
const BaselinePrefix = "baseline:"

// A Baseline is a run that was kept under a name, to compare others with. It is a run
// folder of run.json and a ledger of the samples that count, without profiles and the
// histograms of responses, so that it is small enough to commit.
type Baseline struct {
	Name    string    `json:"name"`
	Run     string    `json:"run"` // the ID of the run that was kept
	Commit  string    `json:"commit,omitempty"`
	Started time.Time `json:"started"`
	Cells   int       `json:"cells"`
	Rounds  int       `json:"rounds"` // complete ones
	Bytes   int64     `json:"bytes"`
	Broken  string    `json:"broken,omitempty"` // why it can't be read
}

// BaselinesFolder is the folder of the baselines that belong to the runs folder root: the
// one beside it.
func BaselinesFolder(root string) string {
	if abs, err := filepath.Abs(root); err == nil {
		root = abs
	}
	return filepath.Join(filepath.Dir(root), "baselines")
}

// CheckBaseline returns an error if a baseline can't have this name.
func CheckBaseline(name string) error {
	if name == "" {
		return errors.New(`baseline "": it takes a name`)
	}
	if err := CheckLabel(name); err != nil {
		return errors.New("baseline" + strings.TrimPrefix(err.Error(), "label"))
	}
	return nil
}

// ErrBaselineExists says that there is a baseline of this name.
var ErrBaselineExists = errors.New("there is one of this name already")

// SaveBaseline keeps a run as a baseline of the runs folder root. It appears when it is
// whole. One of this name is an error that is [ErrBaselineExists], unless replace is set:
// then the new one takes its place at once.
func SaveBaseline(root, name string, run *Run, replace bool) (*Run, error) {
	if err := CheckBaseline(name); err != nil {
		return nil, err
	}
	if info := run.Info(); info.Proves() || info.ComparesClients() || info.ComparesVersions() {
		return nil, &RefError{info.ID, "it is a run of why, peers or compare; a baseline is kept of a matrix"}
	}
	folder := BaselinesFolder(root)
	dir := filepath.Join(folder, name)
	restoreBaseline(dir)
	if _, err := os.Lstat(dir); err == nil && !replace {
		return nil, fmt.Errorf("baseline %q: %w", name, ErrBaselineExists)
	}
	ledger, err := countedLedger(run)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	sweepOld(folder)
	around, staged, err := stage(folder)
	if err != nil {
		return nil, err
	}
	defer around.Remove()
	if err := writeBaseline(staged, name, run.Info(), ledger); err != nil {
		return nil, err
	}
	if err := putInPlace(staged, dir, replace); err != nil {
		return nil, fmt.Errorf("baseline %q: %w", name, err)
	}
	wholefile.SyncDir(folder)
	return Open(dir)
}

// countedLedger is the ledger of the samples that count. Those of abandoned attempts are
// kept where they are flagged: the numbers of attempts follow from them.
func countedLedger(run *Run) ([]byte, error) {
	samples, err := run.Samples()
	if err != nil {
		return nil, err
	}
	counted := map[int]Round{}
	for _, r := range CompleteRounds(run.Info(), samples) {
		counted[r.N] = r
	}
	if len(counted) == 0 {
		return nil, &RefError{run.Info().ID, "no round is complete: there is nothing to compare with"}
	}
	var b bytes.Buffer
	for _, s := range samples {
		r, ok := counted[s.Round]
		if !ok || s.Attempt > r.Attempt || s.Attempt < r.Attempt && len(s.Flags) == 0 {
			continue
		}
		s.Detail.Responses = ""
		line, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes(), nil
}

func writeBaseline(dir, name string, info Info, ledger []byte) error {
	info.Baseline = name
	if info.State == Running { // nobody will end this copy
		info.State, info.Stopped = Stopped, "it was kept as a baseline before it had ended"
	}
	if err := wholefile.Write(filepath.Join(dir, ledgerFile), ledger); err != nil {
		return err
	}
	return wholefile.WriteJSON(filepath.Join(dir, infoFile), info)
}

// oldBaseline is where the old one is while the new one takes its place. No name begins
// with a dot.
func oldBaseline(dir string) string {
	return filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+oldSuffix)
}

const oldSuffix = ".old"

// sweepOld removes those that were replaced by a process that was killed before it could.
func sweepOld(folder string) {
	old, _ := filepath.Glob(filepath.Join(folder, ".*"+oldSuffix)) // no folder: nothing is left
	for _, path := range old {
		name := strings.TrimSuffix(filepath.Base(path)[1:], oldSuffix)
		if _, err := os.Stat(filepath.Join(folder, name, infoFile)); err == nil {
			_ = os.RemoveAll(path) // what can't be removed now the next save will try again
		}
	}
}

// putInPlace gives the staged folder its name. A folder can't be renamed onto another, so
// for a moment there is none of this name; whoever looks then, or after a crash, restores
// the old one.
func putInPlace(staged, dir string, replace bool) error {
	err := os.Rename(staged, dir)
	if err == nil || !replace {
		return err
	}
	old := oldBaseline(dir)
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(dir, old); err != nil {
		return err
	}
	if err := os.Rename(staged, dir); err != nil {
		restoreBaseline(dir)
		return err
	}
	return os.RemoveAll(old)
}

// restoreBaseline brings back the old one if there is none of its name.
func restoreBaseline(dir string) {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		_ = os.Rename(oldBaseline(dir), dir) // there is none, as a rule
	}
}

// findBaseline opens the baseline of this name.
func findBaseline(root, name string) (*Run, error) {
	ref := BaselinePrefix + name
	if err := CheckBaseline(name); err != nil {
		return nil, &RefError{ref, err.Error()}
	}
	folder := BaselinesFolder(root)
	dir := filepath.Join(folder, name)
	restoreBaseline(dir)
	if _, err := os.Stat(filepath.Join(dir, infoFile)); err == nil {
		return Open(dir)
	}
	names, err := runIDs(folder)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, &RefError{ref, "no baseline is in " + folder}
	}
	slices.Sort(names)
	return nil, &RefError{ref, "there is none; in " + folder + ": " + spell.FirstFew(names)}
}

// Baselines lists the baselines of the runs folder root, by name. One that can't be read
// says why.
func Baselines(root string) ([]Baseline, error) {
	folder := BaselinesFolder(root)
	names, err := runIDs(folder)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	out := []Baseline{}
	for _, name := range names {
		b, err := readBaseline(filepath.Join(folder, name))
		if b.Name = name; err != nil {
			b.Broken = err.Error()
		}
		out = append(out, b)
	}
	return out, nil
}

// CellCount is the number of the run's cells, without A/A controls.
func (i Info) CellCount() int {
	n := 0
	for _, name := range i.Cells {
		if c, err := bench.ParseCell(name); err == nil && c.AA == "" {
			n++
		}
	}
	return n
}

func readBaseline(dir string) (Baseline, error) {
	run, err := Open(dir)
	if err != nil {
		return Baseline{}, err
	}
	info := run.Info()
	b := Baseline{Run: info.ID, Commit: info.Commit, Started: info.Started, Cells: info.CellCount()}
	samples, err := run.Samples()
	if err != nil {
		return b, err
	}
	b.Rounds = len(CompleteRounds(info, samples))
	for _, name := range []string{infoFile, ledgerFile} {
		if f, err := os.Stat(filepath.Join(dir, name)); err == nil {
			b.Bytes += f.Size()
		}
	}
	return b, nil
}
