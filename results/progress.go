package results

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Progress says how far a run has come.
type Progress struct {
	Samples int       `json:"samples"` // of the rounds' attempts in force
	Planned int       `json:"of"`      // samples that all rounds asked for will have
	Round   int       `json:"round"`   // the one in work, or the last
	Changed time.Time `json:"sign"`    // of life: when the run folder last changed
}

// maxSilence is how long a run that works writes nothing at most: a sample that
// takes longer is ended by the runner.
const maxSilence = 20 * time.Minute

// Lost says that a run which is not ended shows no sign of life any more: it
// was killed.
func (p Progress) Lost(now time.Time) bool { return now.Sub(p.Changed) > maxSilence }

// Progress reads how far the run has come. A run of why plans as it goes, so
// that what it will have grows.
func (r *Run) Progress() (Progress, error) {
	samples, err := r.Samples()
	if err != nil {
		return Progress{}, err
	}
	var p Progress
	for _, round := range Rounds(r.info, samples) {
		p.Samples += len(round.Samples)
		p.Round = max(p.Round, round.N)
	}
	for n := 1; n <= r.info.Rounds; n++ {
		p.Planned += len(Round{N: n}.Missing(r.info))
	}
	p.Changed, err = r.changed()
	return p, err
}

// changed is when the ledger, the log or the profiles were last written.
func (r *Run) changed() (time.Time, error) {
	last := r.info.Started
	for _, name := range []string{infoFile, ledgerFile, "log.txt", "profiles"} {
		f, err := os.Stat(filepath.Join(r.dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return last, err
		}
		if err == nil && f.ModTime().After(last) {
			last = f.ModTime()
		}
	}
	return last, nil
}
