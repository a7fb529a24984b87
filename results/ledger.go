package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"

	"collatebench/internal/wholefile"
)

// OpenLedger makes the run ready for Append, which calls it if necessary. It cuts off a
// torn last line, which a crash in the middle of a write leaves. Any other line that is
// not a record is an error. Only one process at a time can have a ledger open.
func (r *Run) OpenLedger() error {
	if r.ledger != nil {
		return nil
	}
	if r.info.Baseline != "" {
		return &RefError{BaselinePrefix + r.info.Baseline, "it is a baseline, to which nothing is added"}
	}
	f, err := r.openFile(ledgerFile, MaxLedger, os.O_RDWR|os.O_APPEND)
	if err != nil {
		return err
	}
	lock := flock.New(r.ledgerPath())
	if held, err := lock.TryLock(); err != nil || !held {
		return errors.Join(fmt.Errorf("run %s: its ledger is open in another process", r.info.ID), err, f.Close())
	}
	if err := r.cutTornLine(f); err != nil {
		return errors.Join(err, f.Close(), lock.Close())
	}
	r.ledger, r.lock = f, lock
	r.sweep()
	return nil
}

// sweep removes what killed processes have left of files that were not whole. Those of the run
// are its owner's, who has the lock; report/ anybody may make anew at this moment. Who takes
// the profiles of a cell sweeps its folder.
func (r *Run) sweep() {
	wholefile.SweepFolder(r.dir, 0)
	wholefile.SweepFolder(filepath.Join(r.dir, "profiles"), 0)
	wholefile.SweepFolder(r.ReportDir(), untouched)
}

// cutTornLine cuts the ledger after its last whole line, and keeps what is before it.
func (r *Run) cutTornLine(f *os.File) error {
	text, err := r.ReadFile(ledgerFile, MaxLedger)
	if err != nil {
		return err
	}
	whole := wholeLines(text)
	if r.kept, err = r.parseLedger(whole); err != nil {
		return err
	}
	r.size = int64(len(whole))
	if len(whole) == len(text) {
		return nil
	}
	if err := f.Truncate(int64(len(whole))); err != nil {
		return err
	}
	return f.Sync()
}

// Append adds a sample to the ledger: one write, synced. It refuses a sample that is
// not valid, or whose cell the run does not have.
func (r *Run) Append(s Sample) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if !slices.Contains(r.info.Cells, s.Cell) {
		return fmt.Errorf("run %s has no cell %q", r.info.ID, s.Cell)
	}
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := r.OpenLedger(); err != nil {
		return err
	}
	return r.appendLine(append(line, '\n'))
}

func (r *Run) appendLine(line []byte) error {
	if r.size+int64(len(line)) > MaxLedger || len(r.kept) == maxSamples {
		return fmt.Errorf("append to the ledger: it is full: it has %d samples in %d bytes", len(r.kept), r.size)
	}
	kept, err := r.parseLine(line, len(r.kept)+1) // as a later process will read it
	if err != nil {
		return err
	}
	_, err = r.ledger.Write(line)
	if err == nil {
		err = r.ledger.Sync()
	}
	if err != nil {
		// Part of the line may have been written: opening the ledger again cuts it off.
		return errors.Join(fmt.Errorf("append to the ledger: %w", err), r.Close())
	}
	r.kept, r.size = append(r.kept, kept), r.size+int64(len(line))
	return nil
}

// Close closes the ledger. The run can still be read, and Append opens it again.
func (r *Run) Close() error {
	if r.ledger == nil {
		return nil
	}
	err := errors.Join(r.ledger.Close(), r.lock.Close())
	r.ledger, r.lock, r.kept, r.size = nil, nil, nil, 0
	return err
}

// Samples reads the ledger, in the order in which the samples ended. It leaves out a
// torn last line. While this process has the ledger open, Samples reads nothing: it
// returns what was there and what was appended. The caller must not change the samples.
// A ledger of more than [MaxLedger] bytes is an error.
func (r *Run) Samples() ([]Sample, error) {
	if r.ledger != nil {
		return slices.Clip(r.kept), nil
	}
	text, err := r.ReadFile(ledgerFile, MaxLedger)
	if err != nil {
		return nil, err
	}
	return r.parseLedger(wholeLines(text))
}

func (r *Run) parseLedger(text []byte) ([]Sample, error) {
	var out []Sample
	for line := range bytes.Lines(text) {
		if len(out) == maxSamples {
			return nil, fmt.Errorf("%s: it has more than %d lines; that is the most that is read", r.ledgerPath(), maxSamples)
		}
		s, err := r.parseLine(line, len(out)+1)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// parseLine reads line n of the ledger.
func (r *Run) parseLine(line []byte, n int) (s Sample, err error) {
	if err := json.Unmarshal(line, &s); err != nil {
		return s, fmt.Errorf("%s:%d: not a record: %w", r.ledgerPath(), n, err)
	}
	if len(s.Flags) > maxFlags {
		return s, fmt.Errorf("%s:%d: it has %d flags; at most %d are read", r.ledgerPath(), n, len(s.Flags), maxFlags)
	}
	return s, nil
}

func (r *Run) ledgerPath() string { return filepath.Join(r.dir, ledgerFile) }

// wholeLines returns the text up to its last line end.
func wholeLines(text []byte) []byte { return text[:bytes.LastIndexByte(text, '\n')+1] }
