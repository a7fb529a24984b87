package stats

import (
	"math"
	"slices"
)

// leastCells is how many cells two runs must have in common before one of them can stand
// out: with fewer the scatter of the others is not known.
const leastCells = 4

// calmShare is the share of the cells that may stand out at most. If more have changed,
// nothing says which of them the machine changed.
const calmShare = 4 // one in four

// firstShare is the share of the significance level for the cell that is farthest away. The
// rest is for cells that are found only together. With .8 one changed cell of 8 is found
// nearly as often as with 1.
const firstShare = .8

// A drift is what two runs differ by in all cells, and how far single cells scatter around
// it. It rests on the calm cells, those that do not stand out.
type drift struct {
	ratios  []float64 // logs, by cell
	calm    []int     // cells
	mean    float64   // of the calm cells' ratios
	scatter float64   // their deviation
	share   float64   // of the significance level: firstShare, or the rest if cells hid one another
}

// newDrift takes out the cells that stand out, as the generalised extreme Studentized
// deviate test does (Rosner 1983): one by one the farthest from the mean of the rest, and
// then all of them up to the last that was significant. To stop at the first that is not
// would miss two cells that hide one another.
func newDrift(ratios []float64) drift {
	d := drift{ratios: ratios, share: firstShare}
	for i := range ratios {
		d.calm = append(d.calm, i)
	}
	left := d
	for range len(ratios) / calmShare {
		i := left.farthest()
		left = left.without(i)
		if left.p(i) < significance {
			d.calm, d.share = left.calm, left.share
		} else if len(d.calm) == len(ratios) {
			left.share = 1 - firstShare // nothing stood out by itself
		}
	}
	return d.measured()
}

// known says that there are cells enough to tell a change from a drift.
func (d drift) known() bool { return len(d.ratios) >= leastCells }

// measured fills in the mean and the scatter.
func (d drift) measured() drift {
	var calm []float64
	for _, i := range d.calm {
		calm = append(calm, d.ratios[i])
	}
	d.mean, d.scatter = mean(calm), 0
	if len(calm) > 1 {
		d.scatter = math.Sqrt(variance(calm))
	}
	return d
}

// farthest is the calm cell that is farthest from their mean.
func (d drift) farthest() int {
	d = d.measured()
	away := func(i int) float64 { return math.Abs(d.ratios[i] - d.mean) }
	return slices.MaxFunc(d.calm, func(a, b int) int {
		if away(a) < away(b) {
			return -1
		}
		return 1
	})
}

// without is the drift of the other cells.
func (d drift) without(i int) drift {
	d.calm = slices.DeleteFunc(slices.Clone(d.calm), func(c int) bool { return c == i })
	return d.measured()
}

// contrast compares a cell with the calm ones, to which it must not belong.
func (d drift) contrast(i int) contrast {
	n := float64(len(d.calm))
	return contrast{d.ratios[i] - d.mean, d.scatter * math.Sqrt(1+1/n), n - 1}
}

// p is that of the cell standing out, corrected for the number of cells that could
// (Bonferroni) and for the share.
func (d drift) p(i int) float64 { return min(1, d.contrast(i).p(0)*significance/d.alpha()) }

// alpha is the level at which one cell is tested.
func (d drift) alpha() float64 { return significance * d.share / float64(len(d.ratios)) }

// stands says that the cell was found to stand out.
func (d drift) stands(i int) bool { return !slices.Contains(d.calm, i) }
