// Package oneof reads a value that is one of a few names.
//
//	type order string
//	orders := []order{"completion", "request"}
//	o, err := oneof.Parse("request", orders)
//	fmt.Println(o, err)
//	_, err = oneof.Parse("any", orders)
//	fmt.Println(err)
//
// It does not know what the value is of: who calls says so around the error.
package oneof

import (
	"fmt"
	"slices"
	"strings"

	"collatebench/internal/spell"
)

// Parse returns the value that is spelled s. Its error lists all values.
func Parse[T ~string](s string, values []T) (T, error) {
	if slices.Contains(values, T(s)) {
		return T(s), nil
	}
	return "", fmt.Errorf("%q is not one of %s", s, strings.Join(spell.Strings(values), ", "))
}
