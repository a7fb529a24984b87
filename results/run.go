// Package results keeps run folders: the record of a run, its ledger of samples, and
// bench.txt, which is made from them.
//
//	const cell = "codec=json/placement=request/window=32/size=1MiB-2"
//	dir, err := os.MkdirTemp("", "runs-")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer os.RemoveAll(dir)
//	run, err := results.Create(dir, results.Info{Label: "first", Cells: []string{cell}, Rounds: 6})
//	if err != nil {
//		log.Fatal(err)
//	}
//	err = run.Append(results.Sample{
//		Cell: cell, Round: 1, Attempt: 1, Detail: bench.Detail{GOMAXPROCS: 2},
//		Line: "BenchmarkCollate/" + cell + " 1 357144000 ns/op 187.9 MB/s 1.83 cpus",
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	found, err := results.Find(dir, "first")
//	if err != nil {
//		log.Fatal(err)
//	}
//	p, err := found.Progress()
//	fmt.Println(p.Samples, "of", p.Planned, "samples", err)
//
// Raw data is written once, and a file appears under its final name when it is whole.
// The package stores derived files and the records of studies as bytes. It does not know
// how samples are taken, which numbers are made of them, or what a study means.
package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"

	"collatebench/bench"
	"collatebench/internal/boundedfile"
	"collatebench/internal/wholefile"
)

// Names within a run folder and beside it.
const (
	// MergedCPU is the file in profiles/ with the CPU profiles of all cells, each sample
	// labelled with its cell.
	MergedCPU = "cpu.pb.gz"
	// BenchFile has the run's lines in Go's benchmark format.
	BenchFile = "bench.txt"

	infoFile   = "run.json"
	ledgerFile = "samples.jsonl"

	reportDir  = "report"
	latestLink = "latest"
)

// A Run is one run folder. It is not safe for concurrent use.
type Run struct {
	dir    string // absolute
	info   Info
	ledger *os.File     // open for appending, or nil
	lock   *flock.Flock // of the ledger while it is open: the kernel releases it however the process dies
	kept   []Sample     // what is in the ledger, while it is open: nobody else writes to it then
	size   int64        // of the ledger in bytes, while it is open
}

// Open opens an existing run folder. A path that is not one, or whose format is of
// another version, is a [*RefError]. A run.json of more than [MaxInfo] bytes is an error.
func Open(path string) (*Run, error) {
	text, err := boundedfile.ReadBelow(path, infoFile, MaxInfo)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, &RefError{path, "not a run folder (no " + infoFile + ")"}
	}
	if err != nil {
		return nil, (&Run{dir: path}).named(infoFile, err)
	}
	dir, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// The link "latest" may move; an open run must stay the same.
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	r := &Run{dir: dir}
	if err := json.Unmarshal(text, &r.info); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, infoFile), err)
	}
	if r.info.Format != format {
		return nil, &RefError{path, fmt.Sprintf("its run.json has format %d, and this version of collatebench reads format %d alone; run it again", r.info.Format, format)}
	}
	if _, err := parseCells(r.info.Cells); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, infoFile), err)
	}
	if s := r.info.Shard; s != nil && !s.valid() {
		return nil, fmt.Errorf("%s: shard %v is no shard", filepath.Join(path, infoFile), s)
	}
	return r, nil
}

// id is the run's ID, or the folder's name until run.json is read.
func (r *Run) id() string {
	if r.info.ID == "" {
		return filepath.Base(r.dir)
	}
	return r.info.ID
}

// Dir returns the folder's absolute path.
func (r *Run) Dir() string { return r.dir }

// Info returns run.json as it was read or last written. The caller must not change its
// slices and maps.
func (r *Run) Info() Info { return r.info }

// SetInfo replaces run.json. A changed ID, or a wrong cell, is an error.
func (r *Run) SetInfo(info Info) error {
	if info.ID != r.info.ID {
		return fmt.Errorf("run %s: its id cannot become %q", r.info.ID, info.ID)
	}
	if _, err := parseCells(info.Cells); err != nil {
		return fmt.Errorf("run %s: %w", r.info.ID, err)
	}
	if err := wholefile.WriteJSON(filepath.Join(r.dir, infoFile), info); err != nil {
		return err
	}
	r.info = info
	return nil
}

// ProfileDir returns the folder of a cell's profiles, which may not exist.
func (r *Run) ProfileDir(c bench.Cell) string {
	return filepath.Join(r.dir, "profiles", c.Folder())
}

// Link makes the link "latest", beside the run, point to the run.
func (r *Run) Link() error {
	root, id := filepath.Split(r.dir)
	staged := wholefile.StagedName(root, latestLink)
	if err := os.Symlink(id, staged); err != nil {
		return err
	}
	if err := os.Rename(staged, filepath.Join(root, latestLink)); err != nil {
		os.Remove(staged)
		return err
	}
	return nil
}

// parseCells reads the names of a run's cells. A name that occurs twice is an error.
func parseCells(names []string) ([]bench.Cell, error) {
	seen := map[string]bool{}
	cells := make([]bench.Cell, 0, len(names))
	for _, name := range names {
		c, err := bench.ParseCell(name)
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("cell %q is listed twice", name)
		}
		seen[name] = true
		cells = append(cells, c)
	}
	return cells, nil
}

// Files in report/. All of them can be deleted and made again.
const (
	SummaryFile       = "summary.json"         // the numbers and the observed verdicts
	VerdictFile       = "verdict.json"         // the proven verdict of a run of why, or a list of the observed ones
	BenchstatText     = "benchstat.txt"        // benchstat's tables
	BenchstatCSV      = "benchstat.csv"        // the same, for programs
	BenchstatCSVDoubt = "benchstat.csv.doubts" // benchstat's doubts, by the CSV's cells; only if there are any
	ReportFile        = "report.html"          // the page
)

// ReportDir returns the folder of the files that are derived from the run.
func (r *Run) ReportDir() string { return filepath.Join(r.dir, reportDir) }

// WriteDerived writes a file of report/, which appears when it is whole. It makes the
// folder if necessary. It does not write through a link in the folder's place.
func (r *Run) WriteDerived(name string, content []byte) error {
	if err := os.MkdirAll(r.ReportDir(), 0o777); err != nil {
		return err
	}
	if info, err := os.Lstat(r.ReportDir()); err != nil || !info.IsDir() {
		return errors.Join(fmt.Errorf("run %s: %s: not a directory", r.id(), reportDir), err)
	}
	return wholefile.Write(filepath.Join(r.ReportDir(), name), content)
}

// RemoveDerived removes a file of report/, if it is there.
func (r *Run) RemoveDerived(name string) error {
	err := os.Remove(filepath.Join(r.ReportDir(), name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
