package verdict

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"collatebench/internal/spell"
)

// coreCount spells a number of cores, which a quota can make a fraction: 2, 1.5.
func coreCount(n float64) string { return strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64) }

// ofCores spells used cores beside the cores there are: "1.06 of 2 cores".
func ofCores(used, cores float64) string {
	return fmt.Sprintf("%.2f of %s %s", used, coreCount(cores), plural(cores))
}

func plural(cores float64) string {
	if cores == 1 {
		return "core"
	}
	return "cores"
}

func percent(share float64) string { return spell.Percent(share, 0) }

// goTime spells seconds as Go spells durations, in at most three digits: 18ms.
func goTime(s float64) string { return spell.Duration(s) }

// String spells the gain with its interval: 1.80x (1.60-2.00, 8 pairs). A gain that no
// pair has measured, or that is no number, is not spelt.
func (g Gain) String() string {
	if g.Pairs == 0 || !(g.Mean > 0) || math.IsInf(g.Mean, 0) {
		return "not measured"
	}
	if g.High == 0 {
		return fmt.Sprintf("%.2fx (%s)", g.Mean, pairs(g.Pairs))
	}
	return fmt.Sprintf("%.2fx (%.2f-%.2f, %s)", g.Mean, g.Low, g.High, pairs(g.Pairs))
}

func pairs(n int) string { return spell.Plural(n, "pair") }

// capitalise makes the first letter a capital. An empty text, such as the missing
// name in a damaged file, stays empty.
func capitalise(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// causeList spells the causes as a verdict's first words.
func causeList(causes []Cause) string {
	return strings.Join(spell.Strings(causes), ", then ")
}

// Rests returns the two or three figures of [Probes] or [External] that the verdict
// rests on; none if there is no cause.
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

// String spells the value with its unit: 1.06 cores, 200ms.
func (f Figure) String() string {
	switch f.Unit {
	case "s", "s/response":
		return goTime(f.Value)
	case "share":
		return percent(f.Value)
	}
	return spell.Amount(f.Value) + " " + f.Unit
}
