package stats

import (
	"cmp"
	"fmt"
	"slices"

	"collatebench/internal/spell"
	"collatebench/results"
)

const (
	// changedClock is the ratio of the clocks of two samples of one cell from which on the
	// clock of the cores explains differences that people look for.
	changedClock = 1.1
	// stoppedOften is the share of the periods of a CPU quota, mean over a cell's samples,
	// from which on a part of its time is the quota's.
	stoppedOften = .1
)

// Doubts says what of the machine makes the run's figures doubtful, a line each: what its
// record says, a CPU quota that stopped the samples, a clock of the cores that changed.
func (v Values) Doubts(info results.Info) []string {
	out := info.Doubts()
	type cell struct {
		name          string
		stopped       float64 // share
		slow, fast    float64 // MHz
		changed, seen float64 // fast over slow; samples
	}
	var all []cell
	for _, c := range v.Cells {
		of := cell{name: v.names[c]}
		for _, r := range v.Rounds {
			s, there := r.Samples[of.name]
			if !there {
				continue
			}
			of.seen++
			of.stopped += s.Throttled
			if s.MHz > 0 {
				of.fast = max(of.fast, s.MHz)
				of.slow = min(cmp.Or(of.slow, s.MHz), s.MHz)
			}
		}
		of.stopped /= max(of.seen, 1)
		of.changed = of.fast / max(of.slow, 1)
		all = append(all, of)
	}
	if len(all) == 0 {
		return out
	}
	if worst := slices.MaxFunc(all, func(a, b cell) int { return cmp.Compare(a.stopped, b.stopped) }); worst.stopped > stoppedOften {
		out = append(out, fmt.Sprintf("the CPU quota (%s) stopped the run's processes in %s of its periods (%s)",
			info.Machine.Usable(), spell.Percent(worst.stopped, 0), worst.name))
	}
	if worst := slices.MaxFunc(all, func(a, b cell) int { return cmp.Compare(a.changed, b.changed) }); worst.changed > changedClock {
		out = append(out, fmt.Sprintf("the clock of the cores changed: %.1f to %.1f GHz in samples of one cell (%s)",
			worst.slow/1e3, worst.fast/1e3, worst.name))
	}
	return out
}
