package bench

import (
	"fmt"
	"strings"
)

// A Matrix is the values of each dimension; its cells are their product. The
// zero value is the default matrix.
type Matrix struct {
	lists map[string][]string // by dimension; missing means the default's
}

// Set gives a dimension its values, a comma list such as "1,8,32".
func (m *Matrix) Set(name, list string) error {
	d, ok := dimension(name)
	if !ok {
		return fmt.Errorf("dimension %q is not one of %s", name, dimensionNames())
	}
	values, err := d.values(list)
	if err != nil {
		return err
	}
	if m.lists == nil {
		m.lists = map[string][]string{}
	}
	m.lists[name] = values
	return nil
}

// Get returns a dimension's comma list.
func (m Matrix) Get(name string) string {
	if list, ok := m.lists[name]; ok {
		return strings.Join(list, ",")
	}
	d, _ := dimension(name)
	return d.MatrixValues()
}

// Changed returns the lists that were set, for the record of a run.
func (m Matrix) Changed() map[string]string {
	out := map[string]string{}
	for name := range m.lists {
		out[name] = m.Get(name)
	}
	return out
}

// Cells returns the product, the first dimension of the table outermost.
func (m Matrix) Cells() ([]Cell, error) {
	cells := []Cell{{}}
	for _, d := range dimensions {
		values, err := d.values(m.Get(d.Name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
		var next []Cell
		for _, c := range cells {
			for _, v := range values {
				if err := d.set(&c, v); err != nil {
					return nil, fmt.Errorf("%s: %w", d.Name, err)
				}
				next = append(next, c)
			}
		}
		cells = next
	}
	return cells, nil
}

// Flag is one dimension's comma list as a command-line flag, for the flag
// package and for pflag alike.
type Flag struct {
	Matrix *Matrix
	Name   string
}

// String returns the list in force.
func (f Flag) String() string {
	if f.Matrix == nil {
		return ""
	}
	return f.Matrix.Get(f.Name)
}

// Set takes a comma list.
func (f Flag) Set(list string) error { return f.Matrix.Set(f.Name, list) }

// Type names the value in usage texts.
func (f Flag) Type() string { return "list" }
