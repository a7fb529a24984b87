package stats

import (
	"fmt"
	"slices"
	"strings"

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

// Differences lists, a sentence each, what differs between two runs beside the measured
// code. Cells of one name agree in all that the name contains; but a name leaves out
// defaults, so those are compared too.
func Differences(old, new results.Info) []string {
	var out []string
	for _, row := range []struct{ what, old, new string }{
		{"systems", old.Machine.OS + "/" + old.Machine.Arch, new.Machine.OS + "/" + new.Machine.Arch},
		{"CPUs", old.Machine.CPU, new.Machine.CPU},
		{"cores", old.Machine.Usable(), new.Machine.Usable()},
		{"kernels", old.Machine.Kernel, new.Machine.Kernel},
		{"versions of Go", old.Go, new.Go},
		{"upstreams", upstreamOf(old), upstreamOf(new)},
		{"bodies", bodiesOf(old), bodiesOf(new)},
	} {
		if row.old != row.new {
			out = append(out, fmt.Sprintf("the %s differ: %s, then %s", row.what, orUnknown(row.old), orUnknown(row.new)))
		}
	}
	for _, d := range bench.Dimensions() {
		a, b := old.Defaults[d.Name], new.Defaults[d.Name]
		if a != b && a != "" && b != "" {
			out = append(out, fmt.Sprintf("the defaults of %s differ, which names leave out: %s, then %s", d.Name, a, b))
		}
	}
	return out
}

func upstreamOf(info results.Info) string {
	if info.Upstream == "" {
		return "our own"
	}
	return info.Upstream
}

func bodiesOf(info results.Info) string {
	if len(info.Bodies) == 0 {
		return "made ones"
	}
	var out []string
	for _, b := range info.Bodies {
		out = append(out, fmt.Sprintf("%.8s", b.SHA256))
	}
	return strings.Join(out, " ")
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
