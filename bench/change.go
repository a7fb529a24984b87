package bench

import (
	"fmt"
	"strings"
)

// Change returns the cell with one dimension changed, as in "placement=pool".
func (c Cell) Change(element string) (Cell, error) {
	name, value, _ := strings.Cut(element, "=")
	d, ok := dimension(name)
	if !ok {
		return Cell{}, fmt.Errorf("%q is not dimension=value with one of %s", element, dimensionNames())
	}
	if err := d.set(&c, value); err != nil {
		return Cell{}, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}
