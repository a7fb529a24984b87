package text

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"collatebench/internal/spell"
	"collatebench/results/stats"
)

// writePeers prints the tables of a run that compares clients.
func (p printer) writePeers(w io.Writer) {
	for _, t := range p.PeerTables() {
		fmt.Fprintf(w, "\n%s\n", t.Title)
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "client\tcodec\tplacement\tMB/s\tcpus\twindow doubled\tto the client's base\tto the fastest\tp99\tverdict")
		for _, r := range t.Rows {
			fmt.Fprintln(tw, strings.Join(p.peerEntries(r), "\t"))
		}
		_ = tw.Flush() // its error is ignored, as that of Fprintln
	}
	if p.Rounds > 0 {
		fmt.Fprintln(w, "\nMB/s: of JSON, median. cpus: cores used by the client and its children, seen from outside. window")
		fmt.Fprintln(w, "doubled: throughput at twice the window. Ratios: mean of those within each round (95% interval);")
		fmt.Fprintln(w, "a client's base is its first placement with that codec, of Go with json collector. p99: of a response,")
		fmt.Fprintln(w, "median of the rounds' 99th percentiles.")
		fmt.Fprintln(w, alikeText)
		if p.Rounds == 1 {
			fmt.Fprintln(w, "?     one round has no interval")
		}
	}
}

func (p printer) peerEntries(r stats.PeerRow) []string {
	cell := p.Cell(r.Cell)
	v := p.reading.VerdictOf(r.Cell)
	seen := map[string]float64{}
	for _, f := range v.Evidence {
		seen[f.Name] = f.Value
	}
	causes := "no verdict"
	if len(v.Causes) > 0 {
		causes = strings.Join(spell.Strings(v.Causes), ", ")
	}
	return []string{
		string(r.Cell.Client), string(r.Cell.Codec), string(r.Cell.Placement),
		spell.Amount(cell.Throughput.Median), spell.Amount(seen["cpus"]), spell.Amount(seen["growth"]) + "x",
		formatPeerRatio(r.ToBase, r.ToBaseDiffers, r.Cell.Placement == p.BaseOf(r.Cell)), formatPeerRatio(r.ToBest, r.ToBestDiffers, true),
		formatMilliseconds(cell.P99), causes,
	}
}

func formatMilliseconds(ns int64) string {
	if ns == 0 {
		return "-" // the client does not print it
	}
	return spell.Amount(float64(ns)/1e6) + " ms"
}

// formatPeerRatio spells a ratio. Without one it returns 1 for the base itself, and a dash
// for a row that has no base.
func formatPeerRatio(r *stats.Ratio, differs, isBase bool) string {
	switch {
	case r != nil && !differs:
		return FormatRatio(*r) + markAlike
	case r != nil:
		return FormatRatio(*r)
	case isBase:
		return "1"
	}
	return "-"
}

// writeLeftOut says which clients are missing, and how to get them.
func (p printer) writeLeftOut(w io.Writer) {
	for _, line := range p.reading.Peers.LeftOut {
		fmt.Fprintln(w, line)
	}
}
