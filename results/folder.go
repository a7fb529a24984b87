package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"collatebench/internal/boundedfile"
)

// Bounds of what is read from a run folder, which may come from anybody. A file above
// its bound is refused before any of it is read.
const (
	// MaxInfo bounds run.json. That of the default matrix has 10 kB, each cell adds some 100
	// bytes, and each shard of a merged run, with its machine, some 800: [MaxShards] are 8 MB.
	MaxInfo = 16 << 20
	// MaxLedger bounds the ledger. A sample has some 2 kB, so 120 rounds of 26 cells are
	// 6 MB. 128 MiB are 60,000 samples, of which each took a second or more.
	MaxLedger = 128 << 20
	// maxSamples bounds the lines of a ledger: a line of two bytes would become a record
	// of several hundred.
	maxSamples = 1 << 17
	// maxFlags bounds the flags of a sample. The runner has a few kinds of them.
	maxFlags = 100
	// MaxDerived bounds bench.txt and the files of report/, which are smaller than the
	// ledger that they are made from.
	MaxDerived = 64 << 20
)

// OpenFile opens a file of the run for reading. name has slashes, such as
// "report/benchstat.txt". Anything but a regular file inside the run folder that has at
// most so many bytes is an error, which names the run and the file.
func (r *Run) OpenFile(name string, most int64) (*os.File, error) {
	return r.openFile(name, most, os.O_RDONLY)
}

// ReadFile reads a file of the run, as OpenFile opens it.
func (r *Run) ReadFile(name string, most int64) ([]byte, error) {
	text, err := boundedfile.ReadBelow(r.dir, name, most)
	return text, r.named(name, err)
}

func (r *Run) openFile(name string, most int64, flag int) (*os.File, error) {
	root, err := boundedfile.OpenRoot(r.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := boundedfile.OpenFileIn(root, name, most, flag)
	return f, r.named(name, err)
}

// named makes an error name the run and the file, once each.
func (r *Run) named(name string, err error) error {
	if err == nil {
		return nil
	}
	if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
		err = fmt.Errorf("%s: %w", name, inner.Err)
	}
	return fmt.Errorf("run %s: %w", r.id(), err)
}
