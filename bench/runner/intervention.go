package runner

import (
	"strconv"

	"collatebench/bench"
	"collatebench/results/verdict"
)

// apply returns the cell with an intervention's edit, and what that changed.
func apply(e verdict.Edit, c bench.Cell) (bench.Cell, []string) {
	var made []string
	for _, setting := range settings(e, c) {
		next, err := c.Change(setting)
		if err != nil {
			return c, nil // a value at the end of its range
		}
		if next != c {
			made = append(made, setting)
		}
		c = next
	}
	return c, made
}

// settings spells an edit for a cell: "placement=pool", ...; nil where there is
// nothing to change.
func settings(e verdict.Edit, c bench.Cell) []string {
	switch {
	case e.Set != "":
		return []string{e.Set}
	case e.WindowTimes > 0:
		return windowTimes(e.WindowTimes, c)
	case e.GOGCTimes > 0 && c.GOGC != bench.GCOff:
		return []string{"gogc=" + strconv.Itoa(e.GOGCTimes*c.GOGC)} // refused beyond the range
	case e.Parallel:
		return parallel(c)
	case e.ParallelOtherwise:
		return moreParallel(c)
	}
	return nil
}

func parallel(c bench.Cell) []string {
	switch {
	case c.Placement.Serial():
		return []string{"placement=" + string(bench.Pool)}
	case c.Workers == 1 && c.Placement.Limited():
		return []string{"workers=none"}
	}
	return nil
}

// moreParallel decodes in another way that uses every core.
func moreParallel(c bench.Cell) []string {
	if c.Placement == bench.Pool {
		return []string{"placement=" + string(bench.Request)}
	}
	return []string{"placement=" + string(bench.Pool)}
}

// windowTimes scales the window, and the responses with it where an op would
// else have too few of them: the ends of an op, in which the window is not
// full, then weigh the same.
func windowTimes(factor float64, c bench.Cell) []string {
	window := int(float64(c.Window) * factor)
	if window < 1 {
		return nil
	}
	out := []string{"window=" + strconv.Itoa(window)}
	if factor > 1 && c.Responses < 4*window {
		out = append(out, "responses="+strconv.Itoa(int(float64(c.Responses)*factor)))
	}
	return out
}
