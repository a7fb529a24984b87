package scenarios

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"collatebench/internal/spell"
)

// shownWorst is how many of the worst promises are shown.
const shownWorst = 10

// Write prints the matrix of the first answers, with true causes down and named ones
// across. The verdicts that are not right follow, errors first, and then the errors of
// the promises.
func (m Matrix) Write(w io.Writer) {
	m.First().writeMatrix(w)
	m.writeCounts(w)
	m.writeRest(w)
	m.writePromises(w)
}

func (m Matrix) writeMatrix(w io.Writer) {
	truths, named := m.labels(func(o Outcome) string { return label(o.Truth) }), m.labels(Outcome.said)
	codes := map[string]string{}
	width := 0
	for i, s := range named {
		codes[s] = string(rune('a' + i))
	}
	for _, t := range truths {
		width = max(width, len(t))
	}
	head := strings.Repeat(" ", width) + "  "
	for _, s := range named {
		head += fmt.Sprintf("%4s", codes[s])
	}
	fmt.Fprintf(w, "%s\n", head)
	for _, t := range truths {
		fmt.Fprintf(w, "%-*s  ", width, t)
		for _, s := range named {
			fmt.Fprintf(w, "%4s", blankZero(m.count(func(o Outcome) bool { return label(o.Truth) == t && o.said() == s })))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\ntrue causes down, named ones across:")
	for _, s := range named {
		fmt.Fprintf(w, " %s = %s;", codes[s], s)
	}
	fmt.Fprint(w, "\n\n")
}

func blankZero(n int) string {
	if n == 0 {
		return "."
	}
	return fmt.Sprint(n)
}

func (m Matrix) writeCounts(w io.Writer) {
	first, second := m.First(), m.Second()
	fmt.Fprintf(w, "%s: %s; %d of the healthy accused\n", spell.Plural(len(first), "scenario"), first.tally(), m.accused())
	if drawn := first.where(Outcome.Drawn); len(drawn) > 0 {
		as := first.where(func(o Outcome) bool { return !o.Drawn() })
		fmt.Fprintf(w, "  %d as a seed drew them: %s\n", len(drawn), drawn.tally())
		if len(as) > 0 {
			fmt.Fprintf(w, "  %d as they stand: %s\n", len(as), as.tally())
		}
	}
	if len(second) > 0 {
		fmt.Fprintf(w, "  %d without a verdict asked again with another seed: %s (not counted above)\n", len(second), second.tally())
	}
	if unnamed := m.Unnamed(); len(unnamed) > 0 {
		fmt.Fprintf(w, "  never named: %s\n", strings.Join(unnamed, ", "))
	}
}

// tally counts the grades: "59 right, 1 no verdict, 0 wrong, 0 errors". A grade that
// nobody is afraid of is left out where there is none.
func (m Matrix) tally() string {
	var out []string
	for _, g := range Grades() {
		if m.Count(g) == 0 && (g == Partial || g == None) {
			continue
		}
		text := fmt.Sprintf("%d %s", m.Count(g), g)
		if g == Failed {
			text = spell.Plural(m.Count(g), string(g))
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// writeRest lists what is not right, the worst first. A second answer stands where it
// belongs by itself, since it may be right.
func (m Matrix) writeRest(w io.Writer) {
	for _, g := range slices.Backward(Grades()) {
		for _, o := range m {
			if o.Grade() != g || g == Right && !o.Again {
				continue
			}
			fmt.Fprintf(w, "  %s%s: %s %s (seed %d), which is %s:\n    %s\n", g, o.whenAsked(),
				o.Command, o.Title, o.Seed, label(o.Truth), spell.FirstLine(o.explained()))
			if g == Wrong && !o.found() {
				fmt.Fprintf(w, "    the function found is %q\n", o.Function)
			}
		}
	}
}

func (o Outcome) whenAsked() string {
	if o.Again {
		return " when asked again"
	}
	return ""
}

func (o Outcome) explained() string {
	if o.Failure != "" {
		return o.Failure
	}
	return o.Verdict.Sentence
}

// writePromises prints the distribution of the errors, and the worst.
func (m Matrix) writePromises(w io.Writer) {
	promises := m.Promises()
	if len(promises) > 0 {
		fmt.Fprintf(w, "\npredicted gains, each that was measured, whatever was found then:\n")
		fmt.Fprintf(w, "  %-32s %9s %14s %16s %15s\n", "", "promises", "half are off", "nine in ten", "the measured")
		fmt.Fprintf(w, "  %-32s %9s %14s %16s %15s\n", "", "", "by at most", "by at most", "gains are +/-")
		for _, s := range Spreads(promises) {
			fmt.Fprintf(w, "  %-32s %9d %14s %16s %15s\n", s.Of, s.Promises, percent(s.Median), percent(s.P90), s.width())
		}
		fmt.Fprintf(w, "  %s\n", meaning)
	}
	if n := m.Unmeasured(Diagnose); n > 0 {
		fmt.Fprintf(w, "%s of diagnose without a mended form that was measured: not counted\n", spell.Plural(n, "predicted gain"))
	}
	if len(promises) > 0 {
		fmt.Fprintf(w, "the worst:\n")
		for _, p := range worst(promises, shownWorst) {
			fmt.Fprintf(w, "  off by %s: %s %s (seed %d), %s (%s): predicted %.2fx, measured %v, +/- %s\n",
				percent(p.Error), p.Command, p.Title, p.Seed, p.Change, p.Kind.about(), p.Predicted, p.Measured, p.width())
		}
	}
}

// meaning says what the percentages are.
const meaning = "off by 25%: the larger of predicted and measured gain is 1.25 times the other; " +
	"+/- is half the 95% interval of a measured gain, the median of all"

func (p Promise) width() string { return width(p.HalfWidth) }
func (s Spread) width() string  { return width(s.HalfWidth) }

// width spells half of an interval. A single pair has none, which is not a width of 0%.
func width(share float64) string {
	if share == 0 {
		return "unknown"
	}
	return percent(share)
}

func percent(share float64) string { return spell.Percent(share, 0) }
