package stats

import (
	"fmt"
	"slices"

	"collatebench/bench"
	"collatebench/results"
)

// An IncomparableError says that two runs are whole and can't be compared.
type IncomparableError struct{ Reason string }

func (e *IncomparableError) Error() string { return e.Reason }

// CommonCells returns the cells of both runs without A/A controls, in the new run's
// order. No common cell is an [*IncomparableError].
func CommonCells(old, new *results.Run) ([]bench.Cell, error) {
	cells, err := new.Info().Parse()
	if err != nil {
		return nil, err
	}
	cells = slices.DeleteFunc(cells, func(c bench.Cell) bool {
		return c.AA != "" || !slices.Contains(old.Info().Cells, c.Name())
	})
	if len(cells) == 0 {
		for _, r := range []*results.Run{old, new} {
			if r.Info().ComparesVersions() {
				return nil, &IncomparableError{fmt.Sprintf("run %s compares two versions itself: collatebench report or view shows them", r.Info().ID)}
			}
		}
		return nil, &IncomparableError{fmt.Sprintf("runs %s and %s have no cell in common", old.Info().ID, new.Info().ID)}
	}
	return cells, nil
}

// OnlyIn returns the names of the cells that only r has, without A/A controls.
func OnlyIn(r, other *results.Run) []string {
	var out []string
	for _, name := range r.Info().Cells {
		if c, err := bench.ParseCell(name); err == nil && c.AA == "" && !slices.Contains(other.Info().Cells, name) {
			out = append(out, name)
		}
	}
	return out
}
