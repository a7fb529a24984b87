package view

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"collatebench/results"
)

// Names of files in a run folder.
const (
	infoName   = "run.json"
	ledgerName = "samples.jsonl"
)

// maxRounds is more than any run has. A broken run.json may have any number, and some
// figures take a step for each round.
const maxRounds = 10_000

// A runFolder is one run's folder, open for one request. Files are opened through
// dir, which follows no link out of it.
type runFolder struct {
	id   string
	path string
	dir  *os.Root
}

// open opens the run folder with this ID. The ID must be that of a run here: no other
// text becomes part of a path.
func (s *server) open(id string) (*runFolder, error) {
	if !results.Has(s.root, id) {
		return nil, missing("There is no run %q here.", id)
	}
	return openRunFolder(s.root, id)
}

func openRunFolder(root, id string) (*runFolder, error) {
	folder, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	dir, err := folder.OpenRoot(id)
	if err != nil {
		return nil, err
	}
	return &runFolder{id, filepath.Join(root, id), dir}, nil
}

func (f *runFolder) close() { _ = f.dir.Close() } // it was open to read

// load reads run.json, and checks that the ledger can be read.
func (f *runFolder) load() (*results.Run, error) {
	if _, err := f.regular(infoName); err != nil {
		return nil, fmt.Errorf("run %s: %w", f.id, err)
	}
	run, err := results.Open(f.path)
	if err != nil {
		return nil, err
	}
	rounds, cells := run.Info().Rounds, len(run.Info().Cells)
	if rounds < 0 || rounds > maxRounds || rounds*cells > maxPlanned {
		return nil, fmt.Errorf("run %s: its %s says %d rounds of %d cells; up to %d rounds and %d samples can be shown", f.id, infoName, rounds, cells, maxRounds, maxPlanned)
	}
	if _, err := f.regular(ledgerName); err != nil {
		return nil, fmt.Errorf("run %s: %v", f.id, err) // not as if the run were not there
	}
	return run, nil
}

// regular returns the FileInfo of a regular file inside the run folder. Anything else
// is an error: a link that leads out, a folder, a pipe that would block for ever.
func (f *runFolder) regular(name string) (fs.FileInfo, error) {
	info, err := f.dir.Stat(filepath.FromSlash(name))
	switch inner := (*fs.PathError)(nil); {
	case errors.As(err, &inner):
		return nil, fmt.Errorf("%s: %w", name, inner.Err)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", name)
	}
	return info, nil
}

// mtimeTick is longer than one step of the clock for the times of files. Within one
// step a file can change twice, to the same size, and keep its time.
const mtimeTick = 100 * time.Millisecond

// version is a text that changes whenever one of the files or folders changes. Take
// it before reading them, so that what is kept under a version is never older. While
// a file is so new that a change could keep its time, every version is different.
func (f *runFolder) version(names ...string) string {
	var b strings.Builder
	now := time.Now()
	for _, name := range names {
		info, err := f.dir.Stat(filepath.FromSlash(name))
		if err != nil {
			fmt.Fprintf(&b, "%q none\n", name)
			continue
		}
		fmt.Fprintf(&b, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		if now.Sub(info.ModTime()).Abs() < mtimeTick {
			b.WriteString(rand.Text())
		}
	}
	return b.String()
}

// isThere reports whether err is anything but the error for a missing file.
func isThere(err error) bool { return !errors.Is(err, fs.ErrNotExist) }
