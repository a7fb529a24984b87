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
	Samples int       `json:"samples"` // taken, without those of abandoned attempts
	Planned int       `json:"of"`      // samples of all rounds that were asked for
	Round   int       `json:"round"`   // the round in work, or the last
	Changed time.Time `json:"sign"`    // when the run folder last changed, as a sign of life
}

// maxSilence is the longest time in which a working run writes nothing: the runner ends
// a sample that takes longer.
const maxSilence = 20 * time.Minute

// Lost says that a run in state [Running] has not changed for so long that it must have
// been killed.
func (p Progress) Lost(now time.Time) bool { return now.Sub(p.Changed) > maxSilence }

// Progress reads how far the run has come. Planned grows during a run of why, which
// plans as it goes.
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
	for n := range r.info.Planned() {
		p.Planned += len(Round{N: n}.Missing(r.info))
	}
	p.Changed, err = r.changed()
	return p, err
}

// changed returns when the ledger, the log or the profiles were last written.
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
