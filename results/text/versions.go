package text

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"collatebench/bench"
	"collatebench/internal/spell"
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
	cells := make([]bench.Cell, len(rows))
	for i, r := range rows {
		cells[i] = r.Before.Versionless()
	}
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
	fmt.Fprintln(w, "new/old  of throughput: mean of the ratios within each round (95% interval); below 1 the new version is slower")
	fmt.Fprintln(w, "A/A      the old version sampled twice in each round: what it differs from 1 by is noise")
	if slices.ContainsFunc(rows, func(r stats.VersionRow) bool { return !r.Differs }) {
		fmt.Fprintln(w, strings.Replace(alikeText, "~     ", "~        ", 1))
	}
	if slices.ContainsFunc(rows, func(r stats.VersionRow) bool { return math.IsInf(r.Old.Spread(), 1) }) {
		fmt.Fprintln(w, "?        too few rounds for an interval: a median needs 6, a ratio 2")
	}
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
