package text

import (
	"fmt"
	"strconv"

	"collatebench/internal/spell"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// Findings says in a few lines what a comparison found: the cells that changed, the drift, and
// what such a comparison can see.
func Findings(c evidence.Comparison) []string {
	return []string{Changes(c), Drift(c), Power(c)}
}

// Changes says how many cells changed.
func Changes(c evidence.Comparison) string {
	slower, faster := Changed(c)
	cells := spell.Plural(len(c.Cells), "cell")
	switch {
	case c.NoMarks != "":
		return "no cell is marked: " + c.NoMarks
	case slower+faster == 0:
		return fmt.Sprintf("no change stands out in %s, which does not say that they are equal", cells)
	}
	return fmt.Sprintf("of %s %d %s slower and %d faster", cells, slower, isOrAre(slower), faster)
}

// Changed counts the cells that became slower and faster.
func Changed(c evidence.Comparison) (slower, faster int) {
	for _, row := range c.Cells {
		switch row.Change {
		case stats.Regression:
			slower++
		case stats.Improvement:
			faster++
		}
	}
	return slower, faster
}

// Drift says what the cells have in common, and how far they scatter around it.
func Drift(c evidence.Comparison) string {
	out := fmt.Sprintf("drift %+.1f%%: the machine, or a change of all cells, which two runs can't tell apart", 100*(c.Drift-1))
	if c.NoMarks == "" {
		out += fmt.Sprintf("; around it cells scatter by %s", spell.Percent(c.Scatter, 1))
	}
	if c.Floor > 0 {
		out += "; noise floor " + spell.Percent(c.Floor, 1)
	}
	return out
}

// Power says how large a loss two runs at different times show, and how large a one pairs.
func Power(c evidence.Comparison) string {
	paired := ""
	if c.DetectablePaired > 0 {
		paired = fmt.Sprintf("; as many rounds in pairs of one run (compare --ref) would see one of about %s", loss(c.DetectablePaired))
	}
	switch {
	case c.Detectable == 0 && c.NoMarks == "":
		return "two runs at different times can see no loss of a cell here" + paired
	case c.Detectable == 0:
		return "what loss two runs at different times can see here is not known" + paired
	}
	return fmt.Sprintf("two runs at different times can see a loss of %s in a cell here, in 4 of 5 cases%s", loss(c.Detectable), paired)
}

// percent spells a share as it is typed: 1%, 0.5%.
func percent(share float64) string { return strconv.FormatFloat(100*share, 'g', 4, 64) + "%" }

// loss spells a share of throughput: two digits below 10%.
func loss(share float64) string {
	if share < .0995 {
		return spell.Percent(share, 1)
	}
	return spell.Percent(share, 0)
}

// gateRows bounds the cells that the gate's lines name.
const gateRows = 10

// GateLines says what the gate decided, why, and what would settle it.
func GateLines(d stats.Decision) []string {
	out := []string{fmt.Sprintf("gate: %s (error rate %s for all cells together)", d.Sentence(), percent(d.Alpha))}
	named := d.Worse()
	if d.Outcome == stats.Undecided {
		named = d.Undecided()
	}
	for i, c := range named {
		if i == gateRows {
			out = append(out, fmt.Sprintf("  and %s more", spell.Plural(len(named)-i, "cell")))
			break
		}
		why := c.Because
		if c.Outcome == stats.Worse {
			why = fmt.Sprintf("its ratio is at most %.2f, p %.2g", float64(c.High), c.P)
		}
		out = append(out, fmt.Sprintf("  %s: %s", c.Cell, why))
	}
	for i, s := range d.Settle {
		lead := "  what would settle it: "
		if i > 0 {
			lead = "  or "
		}
		out = append(out, lead+s)
	}
	if d.Assumes != "" {
		out = append(out, "  it assumes "+d.Assumes)
	}
	if d.Detectable > 0 {
		out = append(out, fmt.Sprintf("  it would find a cell that lost %s, in 4 of 5 cases", loss(d.Detectable)))
	}
	return out
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
