package text

import (
	"strings"
	"unicode/utf8"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
)

// A layout is the widths of an entry's three parts, the same in all columns of a table.
type layout struct{ value, spread, cpus int }

func (p printer) newLayout(cells []bench.Cell) layout {
	l := layout{value: len("MB/s"), cpus: len(results.CPUs)}
	for _, c := range cells {
		e := p.Cell(c)
		l.value = max(l.value, width(spell.Amount(e.Throughput.Median)))
		l.spread = max(l.spread, width(formatSpread(e.Throughput)))
		l.cpus = max(l.cpus, width(spell.Amount(e.CPUs.Median)))
	}
	return l
}

// entry aligns throughput and cpus to the right and the interval to the left.
func (l layout) entry(value, spread, cpus string) string {
	return pad(value, -l.value) + " " + pad(spread, l.spread) + "  " + pad(cpus, -l.cpus)
}

// align aligns columns: the first two are numbers and go to the right, the others go to the
// left. A line with only the third column is a heading, which may be wider than the column.
func align(lines [][]string) []string {
	var widths []int
	for _, line := range lines {
		for i, text := range line {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if !isHeading(line) {
				widths[i] = max(widths[i], width(text))
			}
		}
	}
	out := make([]string, len(lines))
	for n, line := range lines {
		var b strings.Builder
		for i, text := range line {
			if i < 2 {
				b.WriteString(pad(text, -widths[i]) + "   ")
				continue
			}
			b.WriteString(pad(text, widths[i]) + "   ")
		}
		out[n] = strings.TrimRight(b.String(), " ")
	}
	return out
}

func isHeading(line []string) bool { return len(line) == 3 && line[0] == "" && line[1] == "" }

// pad adds spaces on the right, or with a negative width on the left.
func pad(text string, to int) string {
	fill := strings.Repeat(" ", max(0, max(to, -to)-width(text)))
	if to < 0 {
		return fill + text
	}
	return text + fill
}

// width counts the columns on a terminal: every character here has one.
func width(text string) int { return utf8.RuneCountInString(text) }
