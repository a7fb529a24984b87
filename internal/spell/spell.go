// Package spell writes durations, numbers and short text as people read them,
// each in one way in tables, reports and errors.
//
//	fmt.Println(spell.Duration(.01534), "or", spell.DurationSI(.01534))
//	fmt.Println(spell.Amount(87.76), "MB/s,", spell.Percent(.123, 0))
//	fmt.Println(spell.Plural(1, "round") + ", " + spell.Plural(8, "cell"))
//	fmt.Println(spell.FirstFew([]string{"a", "b", "c", "d", "e", "f", "g"}))
//
// It does not know what is written about.
package spell

import (
	"fmt"
	"strconv"
	"strings"
)

// Amount writes a number with about three digits: two decimals below 10, one
// below 100, none above.
func Amount(v float64) string {
	switch {
	case v >= 99.95:
		return fmt.Sprintf("%.0f", v)
	case v >= 9.995:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

// Percent writes a share of 1 with so many digits behind the point: 12%.
func Percent(share float64, digits int) string {
	return strconv.FormatFloat(100*share, 'f', digits, 64) + "%"
}

// Plural writes a number of things whose plural ends in s: 1 round, 2 rounds, 2 processes.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "s") {
		noun += "e" // processes
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// FirstFew lists names without flooding a line: the first five, and how many
// more there are.
func FirstFew(names []string) string {
	const few = 5
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// Strings turns names of any type into plain strings.
func Strings[T ~string](names []T) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	return out
}

// Bytes writes an amount of bytes with its SI unit: 7.2 MB, 38 kB, 512 B.
func Bytes(n float64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", n/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f kB", n/1e3)
	}
	return fmt.Sprintf("%.0f B", n)
}
