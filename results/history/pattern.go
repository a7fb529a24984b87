package history

import (
	"fmt"
	"slices"
	"strings"

	"collatebench/bench"
)

// A Pattern chooses cells: by dimension, the values that match. The nil Pattern matches
// every cell.
type Pattern map[string][]string

// ParsePattern reads a pattern as people write cells, with comma lists for values:
// placement=pool,request/window=32.
func ParsePattern(text string) (Pattern, error) {
	p := Pattern{}
	for element := range strings.SplitSeq(text, "/") {
		name, list, ok := strings.Cut(element, "=")
		if !ok {
			return nil, fmt.Errorf("%q: %q is no dimension with its values; such as placement=pool,request/window=32", text, element)
		}
		m := bench.Matrix{}
		if err := m.Set(name, list); err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		p[name] = strings.Split(m.Get(name), ",")
	}
	return p, nil
}

// Matches says whether the cell of this name has one of the values of each dimension.
func (p Pattern) Matches(name string) bool {
	if len(p) == 0 {
		return true
	}
	c, err := bench.ParseCell(name)
	if err != nil {
		return false
	}
	for _, d := range bench.Dimensions() {
		if values, asked := p[d.Name]; asked && !slices.Contains(values, d.Of(c)) {
			return false
		}
	}
	return true
}
