package verdict

import (
	"fmt"
	"slices"
	"strings"

	"collatebench/internal/spell"
)

func percent(share float64) string { return spell.Percent(share, 0) }

// goTime spells seconds as Go spells durations, to three digits at most: 18ms.
func goTime(s float64) string { return spell.Duration(s) }

// String prints a gain as people say it: 1.8x (1.6-2.0, 8 pairs).
func (g Gain) String() string {
	if g.High == 0 {
		return fmt.Sprintf("%.2fx (%s)", g.Mean, pairs(g.Pairs))
	}
	return fmt.Sprintf("%.2fx (%.2f-%.2f, %s)", g.Mean, g.Low, g.High, pairs(g.Pairs))
}

func pairs(n int) string { return spell.Plural(n, "pair") }

// capitalise begins with a capital. What has no name, in a file from elsewhere,
// stays nothing.
func capitalise(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// causeList lists causes as the first words of a verdict.
func causeList(causes []Cause) string {
	return strings.Join(spell.Strings(causes), ", then ")
}

// Rests returns the two or three figures that the verdict rests on; none where
// there is no verdict, or where it is a trace's.
func (v Verdict) Rests() []Figure {
	if len(v.Causes) == 0 {
		return nil
	}
	var out []Figure
	for _, f := range v.Evidence {
		if slices.Contains(v.Causes[0].rule().rests, f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// String gives the value with its unit as people read it: 1.06 cores, 200ms.
func (f Figure) String() string {
	switch f.Unit {
	case "s", "s/response":
		return goTime(f.Value)
	case "share":
		return percent(f.Value)
	}
	return spell.Amount(f.Value) + " " + f.Unit
}
