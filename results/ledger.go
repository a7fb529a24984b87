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
)

// OpenLedger makes the run ready for Append, which calls it if necessary. It cuts off a
// torn last line, which a crash in the middle of a write leaves. Any other line that is
// not a record is an error. Only one process at a time can have a ledger open.
func (r *Run) OpenLedger() error {
	if r.ledger != nil {
		return nil
	}
	f, err := os.OpenFile(r.ledgerPath(), os.O_RDWR|os.O_APPEND, 0)
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
	return nil
}

// cutTornLine cuts the ledger after its last whole line.
func (r *Run) cutTornLine(f *os.File) error {
	text, err := os.ReadFile(r.ledgerPath())
	if err != nil {
		return err
	}
	whole := wholeLines(text)
	if _, err := r.parseLedger(whole); err != nil {
		return err
	}
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
	_, err = r.ledger.Write(append(line, '\n'))
	if err == nil {
		err = r.ledger.Sync()
	}
	if err != nil {
		// Part of the line may have been written: opening the ledger again cuts it off.
		return errors.Join(fmt.Errorf("append to the ledger: %w", err), r.Close())
	}
	return nil
}

// Close closes the ledger. The run can still be read, and Append opens it again.
func (r *Run) Close() error {
	if r.ledger == nil {
		return nil
	}
	err := errors.Join(r.ledger.Close(), r.lock.Close())
	r.ledger, r.lock = nil, nil
	return err
}

// Samples reads the ledger, in the order in which the samples ended. It leaves out a
// torn last line.
func (r *Run) Samples() ([]Sample, error) {
	text, err := os.ReadFile(r.ledgerPath())
	if err != nil {
		return nil, err
	}
	return r.parseLedger(wholeLines(text))
}

func (r *Run) parseLedger(text []byte) ([]Sample, error) {
	var out []Sample
	for line := range bytes.Lines(text) {
		var s Sample
		if err := json.Unmarshal(line, &s); err != nil {
			return nil, fmt.Errorf("%s:%d: not a record: %w", r.ledgerPath(), len(out)+1, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func (r *Run) ledgerPath() string { return filepath.Join(r.dir, ledgerFile) }

// wholeLines returns the text up to its last line end.
func wholeLines(text []byte) []byte { return text[:bytes.LastIndexByte(text, '\n')+1] }
