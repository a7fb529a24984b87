package view

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"collatebench/results"
)

// Names in a run folder that this package asks for by itself.
const (
	infoName   = "run.json"
	ledgerName = "samples.jsonl"
)

// maxRounds is above any run that a person waits for: run.json may say
// anything, and some figures take a step for each round.
const maxRounds = 10_000

// A runFolder is a runFolder folder as one request sees it. What the folder's own root
// opens cannot lie outside, whatever links are in it.
type runFolder struct {
	id   string
	path string
	dir  *os.Root
}

// open opens the run folder with this ID. The ID has to be one that is listed:
// nothing else is ever made a path of.
func (s *server) open(id string) (*runFolder, error) {
	ids, err := results.List(s.root)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(ids, id) {
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

// load reads run.json. The package results opens files by their paths, links
// and all, so that those it reads are checked first.
func (f *runFolder) load() (*results.Run, error) {
	if _, err := f.regular(infoName); err != nil {
		return nil, fmt.Errorf("run %s: %w", f.id, err)
	}
	run, err := results.Open(f.path)
	if err != nil {
		return nil, err
	}
	if n := run.Info().Rounds; n < 0 || n > maxRounds {
		return nil, fmt.Errorf("run %s: its %s says %d rounds; up to %d can be shown", f.id, infoName, n, maxRounds)
	}
	if _, err := f.regular(ledgerName); err != nil {
		return nil, fmt.Errorf("run %s: %v", f.id, err) // not as if the run were not there
	}
	return run, nil
}

// regular returns what is known of a file, and an error for anything that is
// no plain file inside the run folder: a link that leads out, a folder, a pipe
// that would be waited for without end.
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

// mtimeTick is above the step in which the times of files count: within one
// step a file can change twice, to the same size, and keep its time.
const mtimeTick = 100 * time.Millisecond

// version is another text whenever one of the files, or folders, is another.
// It is to be taken before they are read: then what is kept under it is never
// older than it. While a file is so new that it may change unseen, no two
// versions are the same.
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

// isThere says whether err is not that of a missing file.
func isThere(err error) bool { return !errors.Is(err, fs.ErrNotExist) }
