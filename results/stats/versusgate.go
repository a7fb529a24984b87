package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"collatebench/bench"
	"collatebench/internal/spell"
)

// Gate decides on the cells that only selects, as [bench.Select]; "" for all that the old run
// has. A pattern that selects nothing, and a selected cell of the old run that the new one
// has not measured, are errors.
//
// What the machine did between two runs is in every ratio and in no scatter. So a cell is
// worse only if it is so by its own ratio and beside the drift of the other cells, and
// likewise not worse: a drift alone neither fails nor, where it hides one, passes a loss.
// The error has two kinds, that of the rounds and that between the cells, and both must
// allow it. A machine that became faster by as much as all of the code became slower is
// beyond two runs, and Assumes says so.
func (v Versus) Gate(g Gate, only string) (Decision, error) {
	cells, err := v.gateCells(only)
	if err != nil {
		return Decision{}, err
	}
	d, err := g.Decide(cells)
	if err != nil {
		return d, err
	}
	if d.Outcome == NotWorse {
		d.Assumes = "that the machine itself did not change between the two runs, which they can't show"
	}
	d.Settle = v.settle(d)
	return d, nil
}

func (v Versus) gateCells(only string) ([]GateCell, error) {
	chosen, err := v.chosen(only)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, name := range v.OnlyOld {
		if chosen[name] {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, &IncomparableError{fmt.Sprintf("a gate needs each cell of the old run: run %s has not measured %s", v.New.Run, spell.FirstFew(missing))}
	}
	var out []GateCell
	for i, c := range v.Cells {
		if chosen[c.Cell] {
			out = append(out, v.gateCell(i, v.calmBeside(i)))
		}
	}
	if len(out) == 0 {
		return nil, &IncomparableError{fmt.Sprintf("a gate needs a cell of the old run: run %s has not measured those chosen", v.Old.Run)}
	}
	return out, nil
}

// A NoCellError says that a pattern selects no cell.
type NoCellError struct{ Reason string }

func (e *NoCellError) Error() string { return e.Reason }

// chosen are the names of the cells of either run that a pattern selects.
func (v Versus) chosen(only string) (map[string]bool, error) {
	var cells []bench.Cell
	for _, c := range v.Cells {
		cells = append(cells, c.parsed)
	}
	for _, name := range slices.Concat(v.OnlyOld, v.OnlyNew) {
		c, err := bench.ParseCell(name)
		if err != nil {
			return nil, err
		}
		cells = append(cells, c)
	}
	all := len(cells)
	if only != "" {
		var err error
		if cells, err = bench.Select(cells, only); err != nil {
			return nil, &NoCellError{err.Error()}
		}
	}
	if len(cells) == 0 {
		return nil, &NoCellError{fmt.Sprintf("none of the %s of the two runs is so; the first is %s", spell.Plural(all, "cell"), v.Cells[0].Cell)}
	}
	out := map[string]bool{}
	for _, c := range cells {
		out[c.Name()] = true
	}
	return out, nil
}

// calmBeside is the number of cells that a cell's drift is known by, with the cell itself.
func (v Versus) calmBeside(i int) int { return len(v.drift.without(i).calm) + 1 }

// gateCell is a cell with its own ratio and that beside the drift, each with the scatter
// within the runs and with that between the cells, as it is if n cells show it.
func (v Versus) gateCell(i, n int) GateCell {
	c, w := v.Cells[i], v.within[i]
	out := GateCell{Cell: c.Cell, Floor: v.Floor, Rounds: cmp.Or(c.Ratio.Machines, c.Ratio.Rounds), Effect: Effect{Log: w.mean, SE: w.se, Degrees: w.degrees}}
	if !v.drift.known() {
		out.SE, out.Unknown = math.Inf(1), v.NoMarks
		return out
	}
	others := v.drift.without(i)
	wider := math.Sqrt(1 + 1/float64(n-1)) // the mean of the others has its own error
	beside := w.mean - others.mean
	for _, log := range []float64{w.mean, beside} {
		out.Also = append(out.Also, Effect{Log: log, SE: others.scatter * wider, Degrees: float64(n - 2), Fixed: v.fixed(others) * wider})
	}
	out.Also = append(out.Also, Effect{Log: beside, SE: w.se, Degrees: w.degrees})
	return out
}

// fixed is the part of the scatter between cells that more rounds would leave.
func (v Versus) fixed(d drift) float64 {
	var within []float64
	for _, i := range d.calm {
		within = append(within, v.within[i].se*v.within[i].se)
	}
	return math.Sqrt(max(0, d.scatter*d.scatter-mean(within)))
}

// detectable is [Versus.Detectable] and [Versus.DetectablePaired].
func (v Versus) detectable() (apart, paired float64) {
	g := Gate{Alpha: significance}
	var cells, pairs []GateCell
	for i := range v.Cells {
		c := v.gateCell(i, v.calmBeside(i))
		cells = append(cells, c)
		w := v.within[i]
		pairs = append(pairs, GateCell{Effect: Effect{SE: w.se, Degrees: w.degrees}})
	}
	return g.Detectable(cells), g.Detectable(pairs)
}

// settle says what would settle an undecided gate.
func (v Versus) settle(d Decision) []string {
	if d.Outcome != Undecided {
		return nil
	}
	const ref = "`collatebench compare --ref` takes both versions in one run, in pairs, in which the drift cancels"
	if v.NoMarks != "" {
		return []string{ref, fmt.Sprintf("at least %d cells that both runs have, better %d: of fewer nothing shows what the machine changed", leastCells, 3*leastCells)}
	}
	var out []string
	if more := d.moreRounds(); more > 0 && v.of == "machine" {
		out = append(out, fmt.Sprintf("two runs of about %d machines each: more rounds on these do not show how machines differ", v.observed()+more))
	} else if more > 0 {
		out = append(out, fmt.Sprintf("two runs of about %d rounds (--rounds), %s more together", v.observed()+more, minutes(float64(more)*v.seconds)))
	}
	if n := v.moreCells(d); n > 0 {
		out = append(out, fmt.Sprintf("runs of about %d cells instead of %d: the drift is then known better", n, len(v.Cells)))
	}
	out = append(out, ref)
	if len(out) == 1 {
		why := "between them cells move by " + spell.Percent(v.Scatter, 1) + ", each by itself"
		if v.Floor > d.Margin {
			why = "the noise floor of the runs is " + spell.Percent(v.Floor, 1) + ": a quieter machine"
		} else if v.Drift < 1-d.Margin {
			why = fmt.Sprintf("all cells moved by %+.1f%% together, which may be the machine or the code", 100*(v.Drift-1))
		}
		out[0] = "no number of " + v.of + "s of two runs, for " + why + "; " + ref
	}
	return out
}

// observed is the number of values that most cells have in both runs.
func (v Versus) observed() int {
	most := 0
	for _, c := range v.Cells {
		most = max(most, cmp.Or(c.Ratio.Machines, c.Ratio.Rounds))
	}
	return most
}

// moreRounds is what settles all undecided cells; 0 if nothing does.
func (d Decision) moreRounds() int {
	most := 0
	for _, c := range d.Undecided() {
		if c.MoreRounds == 0 {
			return 0
		}
		most = max(most, c.MoreRounds)
	}
	return most
}

// maxCells bounds the matrices that are proposed.
const maxCells = 200

// moreCells is how many cells would settle all undecided ones if they scattered as these do;
// 0 if none would.
func (v Versus) moreCells(d Decision) int {
	open := map[string]bool{}
	for _, c := range d.Undecided() {
		open[c.Cell] = true
	}
	settled := func(n int) bool {
		for i, c := range v.Cells {
			if open[c.Cell] && !d.settles(v.gateCell(i, n), len(d.Cells)) {
				return false
			}
		}
		return true
	}
	n := len(v.Cells) + 1
	if n += sort.Search(maxCells-n+1, func(more int) bool { return settled(n + more) }); n > maxCells {
		return 0
	}
	return n
}

// minutes spells a time of measuring, at least a minute.
func minutes(seconds float64) string {
	m := int(math.Ceil(seconds / 60))
	if m > 120 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(m)/60), ".0") + " hours"
	}
	return spell.Plural(max(1, m), "minute")
}
