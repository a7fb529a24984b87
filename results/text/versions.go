package text

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/stats"
)

// writeVersions prints the table of a run that compares versions: a row for each cell,
// named by what varies.
func (p printer) writeVersions(w io.Writer) {
	for i, word := range []string{"old", "new"} {
		if versions := p.reading.Info.Versions; i < len(versions) {
			fmt.Fprintf(w, "%s: %v\n", word, versions[i])
		}
	}
	rows := p.Summary.Versions
	if len(rows) == 0 {
		return
	}
	cells := versionCells(rows)
	fmt.Fprintf(w, "in all rows: %s\n\n", strings.Join(commonValues(cells), " "))
	columns := VersionColumns(cells)
	flagged := versionsChange(rows)
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, d := range columns {
		fmt.Fprintf(tw, "%s\t", VersionHeading(d))
	}
	heading := "old MB/s\tnew MB/s\tnew/old\tA/A of old"
	if flagged {
		heading += "\tnew/old without flagged rounds"
	}
	fmt.Fprintln(tw, heading)
	for i, r := range rows {
		for _, d := range columns {
			fmt.Fprintf(tw, "%s\t", d.Of(cells[i]))
		}
		entries := []string{versionEstimate(r.Old), versionEstimate(r.New), VersionRatio(r), VersionNoise(r)}
		if flagged && r.Unflagged != nil {
			entries = append(entries, FormatRatio(*r.Unflagged))
		}
		fmt.Fprintln(tw, strings.Join(entries, "\t"))
	}
	_ = tw.Flush() // its error is ignored, as that of Fprintln
	fmt.Fprintln(w, "\nMB/s     throughput, median ± 95% interval; higher is better")
	fmt.Fprintln(w, "new/old  of throughput: mean of the ratios within each round to both samples of the old one (95% interval); below 1 the new version is slower")
	fmt.Fprintln(w, "A/A      the old version sampled twice in each round: what it differs from 1 by is noise")
	if slices.ContainsFunc(rows, func(r stats.VersionRow) bool { return !r.Differs }) {
		fmt.Fprintln(w, strings.Replace(alikeText, "~     ", "~        ", 1))
	}
	if tooFewRounds(rows) {
		fmt.Fprintln(w, "?        "+tooFewText)
	}
}

func versionCells(rows []stats.VersionRow) []bench.Cell {
	cells := make([]bench.Cell, len(rows))
	for i, r := range rows {
		cells[i] = r.Before.Versionless()
	}
	return cells
}

const tooFewText = "too few rounds for an interval: a median needs 6, a ratio 2"

func tooFewRounds(rows []stats.VersionRow) bool {
	return slices.ContainsFunc(rows, func(r stats.VersionRow) bool {
		return math.IsInf(r.Old.Spread(), 1) || math.IsInf(r.New.Spread(), 1)
	})
}

// versionsFound counts the cells that are told apart.
func versionsFound(rows []stats.VersionRow) string {
	slower, faster := 0, 0
	for _, r := range rows {
		switch {
		case r.Differs && r.Ratio.Mean < 1:
			slower++
		case r.Differs:
			faster++
		}
	}
	cells := spell.Plural(len(rows), "cell")
	if slower+faster == 0 {
		return fmt.Sprintf("no difference stands out in %s, which does not say that they are equal", cells)
	}
	return fmt.Sprintf("of %s %d %s slower in the new version and %d faster", cells, slower, isOrAre(slower), faster)
}

// VersionsMarkdown prints a run that compares versions for a comment on a change, as
// [CompareMarkdown] does two runs.
func VersionsMarkdown(w io.Writer, r evidence.Reading) {
	rows, versions := r.Summary.Versions, r.Info.Versions
	if len(versions) == 2 {
		fmt.Fprintf(w, "### collatebench: %s over %s\n\n", plainMarkdown(versions[1].String()), plainMarkdown(versions[0].String()))
	}
	markdownGate(w, r.Summary.Gate)
	fmt.Fprintf(w, "- %s\n- in pairs within one run of %s, and the old version twice in each round (A/A)\n", versionsFound(rows), spell.Plural(r.Summary.Rounds, "round"))
	if n := len(r.Summary.Flagged); n > 0 {
		kept := slices.DeleteFunc(slices.Clone(r.Summary.Flagged), func(f results.FlaggedRound) bool { return f.Retaken })
		fmt.Fprintf(w, "- something else used the machine in %s, of which %s could not be taken again and count\n", spell.Plural(n, "attempt"), spell.Plural(len(kept), "round"))
	}
	fmt.Fprintln(w)
	if len(rows) == 0 {
		return
	}
	cells := versionCells(rows)
	header := []string{"cell", "old MB/s", "new MB/s", "new/old", "A/A of old"}
	var all, apart [][]string
	for i, v := range rows {
		row := []string{"`" + nameAmong(cells[i], cells) + "`", versionEstimate(v.Old), versionEstimate(v.New), plainMarkdown(VersionRatio(v)), VersionNoise(v)}
		all = append(all, row)
		if v.Differs {
			apart = append(apart, row)
		}
	}
	if len(all) > foldedRows && len(apart) > 0 {
		markdownTable(w, header, apart)
	}
	markdownCells(w, header, all, cells)
	if len(apart) < len(all) {
		fmt.Fprint(w, "~ is not told apart from 1.\n\n")
	}
	if tooFewRounds(rows) {
		fmt.Fprintf(w, "? is of %s.\n\n", tooFewText)
	}
	fmt.Fprintf(w, "Run %s, started %s.\n", plainMarkdown(r.Info.ID), r.Info.Started.Format("2006-01-02 15:04"))
}

// versionsHeader is the columns of [VersionsCSV].
var versionsHeader = []string{
	"cell", "old_mb_per_s", "old_low", "old_high", "new_mb_per_s", "new_low", "new_high", "ratio", "ratio_low", "ratio_high",
	"aa", "aa_low", "aa_high", "differs", "gate",
}

// VersionsCSV writes a line for each cell in both versions, under a header. What is not known
// is empty.
func VersionsCSV(w io.Writer, r evidence.Reading) error {
	out := csv.NewWriter(w)
	rows := [][]string{versionsHeader}
	for _, v := range r.Summary.Versions {
		row := []string{v.Cell}
		add := func(values ...float64) {
			at := len(row)
			for _, n := range values {
				row = append(row, csvNumber(n))
			}
			if row[len(row)-1] == "" { // without a high end there is no low one
				row[at+1] = ""
			}
		}
		add(v.Old.Median, v.Old.Low, v.Old.High)
		add(v.New.Median, v.New.Low, v.New.High)
		add(v.Ratio.Mean, v.Ratio.Low, v.Ratio.High)
		if v.AA != nil {
			add(v.AA.Mean, v.AA.Low, v.AA.High)
		} else {
			row = append(row, "", "", "")
		}
		rows = append(rows, append(row, strconv.FormatBool(v.Differs), csvGate(r.Summary.Gate, v.Cell)))
	}
	return out.WriteAll(rows)
}

// VersionColumns are the dimensions that name a row of a table of versions: those that vary,
// or the placement.
func VersionColumns(cells []bench.Cell) []bench.Dimension {
	var out []bench.Dimension
	for _, d := range bench.Dimensions() {
		if d.Asked() && stats.Varies(d, cells) {
			out = append(out, d)
		}
	}
	for _, d := range bench.Dimensions() {
		if d.Name == "placement" && len(out) == 0 {
			out = append(out, d)
		}
	}
	return out
}

// VersionHeading is the heading of a dimension's column.
func VersionHeading(d bench.Dimension) string {
	if d.Suffix {
		return "GOMAXPROCS"
	}
	return d.Name
}

// VersionRatio spells the ratio of a row, marked where it is no difference.
func VersionRatio(r stats.VersionRow) string {
	if !r.Differs {
		return FormatRatio(r.Ratio) + markAlike
	}
	return FormatRatio(r.Ratio)
}

// VersionNoise spells the A/A control of a row.
func VersionNoise(r stats.VersionRow) string {
	if r.AA == nil {
		return "-"
	}
	return FormatRatio(*r.AA)
}

func versionEstimate(e stats.Estimate) string {
	return spell.Amount(e.Median) + " " + formatSpread(e)
}

// versionsChange says whether a ratio changes without the flagged rounds.
func versionsChange(rows []stats.VersionRow) bool {
	for _, r := range rows {
		if r.Unflagged != nil && FormatRatio(*r.Unflagged) != FormatRatio(r.Ratio) {
			return true
		}
	}
	return false
}
