package text

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/stats"
)

// writeLegend explains the tables and each mark that occurs in them.
func (p printer) writeLegend(w io.Writer, marks map[string]bool) {
	if p.Rounds == 0 {
		return
	}
	fmt.Fprintln(w, "\nMB/s  median ± 95% interval; higher is better")
	fmt.Fprintln(w, "cpus  CPU time of the client / wall time: 1.0 at GOMAXPROCS=2 means that one core did all the work")
	for _, line := range []struct{ mark, text string }{
		{markRatio, fmt.Sprintf("ratio to %s: mean of the ratios within each round (95%% interval)", p.Base)},
		{markAlike, alikeText},
		{markUpstream, "!     the upstream used more than a tenth of the cores: it competed with the client"},
		{markNoInterval, "?     too few rounds for an interval: a median needs 6, a ratio 2"},
	} {
		if marks[line.mark] {
			fmt.Fprintln(w, line.text)
		}
	}
}

// alikeText explains the mark of a ratio that does not differ.
const alikeText = "~     not told apart from 1: the interval, widened for the number of ratios (Holm), reaches the noise floor"

// Notes returns lines that say what the noise floor is, which samples were flagged and why,
// what of the machine makes the figures doubtful, and why the run ended.
func Notes(s stats.Summary) []string {
	var b strings.Builder
	printer{Summary: s}.writeNotes(&b, len(s.Flagged))
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func (p printer) writeNotes(w io.Writer, flags int) {
	p.writeKinds(w)
	p.writeNoise(w)
	p.writeFlagged(w, flags)
	p.writeProfileFlags(w)
	for _, d := range p.Doubts {
		fmt.Fprintf(w, "doubt: %s\n", d)
	}
	if p.Stopped != "" {
		fmt.Fprintf(w, "ended: %s\n", p.Stopped)
	}
}

func (p printer) writeNoise(w io.Writer) {
	f := p.NoiseFloor
	if f == nil {
		fmt.Fprintf(w, "no noise floor: %s\n", p.NoFloor)
		return
	}
	if f.Ratio.Rounds < stats.FloorRounds {
		fmt.Fprintf(w, "noise floor: not known from %s (it takes %d)\n", spell.Plural(f.Ratio.Rounds, "round"), stats.FloorRounds)
		return
	}
	fmt.Fprintf(w, "noise floor: %s (%s, sampled twice in each round)\n", spell.Percent(f.Floor, 1), describeCell(f.Cell))
	if f.Second == "" {
		return
	}
	verdict := "within the floor"
	if !f.Within {
		verdict = "beyond the floor: trust small differences less"
	}
	fmt.Fprintf(w, "  tested by %s, sampled twice too: %.2f, %s\n", describeCell(f.Second), f.SecondRatio.Mean, verdict)
}

// maxFlagsShown is how many flagged attempts are listed; those of a machine that is always
// busy would fill the screen.
const maxFlagsShown = 6

func (p printer) writeFlagged(w io.Writer, most int) {
	if len(p.Flagged) == 0 {
		fmt.Fprintln(w, "flagged: nothing from outside disturbed a sample")
	}
	for _, f := range p.Flagged[:min(len(p.Flagged), most)] {
		fate := "kept, the last attempt allowed"
		if f.Retaken {
			fate = "taken again"
		}
		fmt.Fprintf(w, "flagged: round %d, attempt %d (%s): %s\n", f.Round, f.Attempt, fate, flagReason(f))
	}
	if n := len(p.Flagged) - most; n > 0 {
		fmt.Fprintf(w, "flagged: %s more, listed in report/%s\n", spell.Plural(n, "attempt"), results.SummaryFile)
	}
}

// writeProfileFlags says whose profiles and timelines are of a machine that was not quiet.
func (p printer) writeProfileFlags(w io.Writer) {
	cells := slices.Sorted(maps.Keys(p.reading.Info.ProfileFlags))
	for _, name := range cells[:min(len(cells), maxFlagsShown)] {
		fmt.Fprintf(w, "profiles flagged, after %d attempts: %s (%s)\n", results.MaxAttempts, p.reading.Info.ProfileFlags[name], describeCell(name))
	}
	if n := len(cells) - maxFlagsShown; n > 0 {
		fmt.Fprintf(w, "profiles flagged: those of %s more\n", spell.Plural(n, "cell"))
	}
}

// flagReason says what disturbed the first flagged sample of a round, and how many more
// there were.
func flagReason(f results.FlaggedRound) string {
	if len(f.Samples) == 0 {
		return "no sample says why"
	}
	first := f.Samples[0]
	reason := fmt.Sprintf("%s (%s)", strings.Join(first.Flags, ", "), describeCell(first.Cell))
	if n := len(f.Samples) - 1; n > 0 {
		reason += " and in " + spell.Plural(n, "more sample")
	}
	return reason
}

// describeCell names a cell for a line of text; a name that does not parse stays as it is.
func describeCell(name string) string {
	c, err := bench.ParseCell(name)
	if err != nil {
		return name
	}
	text := fmt.Sprintf("%s, window %d, %s, GOMAXPROCS=%d", c.Placement, c.Window, c.Size, c.Procs)
	if c.Rev != "" {
		text += ", version " + c.Rev
	}
	return text
}
