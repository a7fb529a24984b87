package results

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"collatebench/bench"
	"collatebench/results/verdict"
)

// A PeerRow is one way of a client to decode, at the window that its verdict is
// about.
type PeerRow struct {
	Cell    bench.Cell
	Twice   bench.Cell // the same at twice the window
	Verdict verdict.Verdict
	ToBase  *Ratio // to the client's base placement with the same codec; nil where it is that, or there is none
	ToBest  *Ratio // to the fastest of the table; nil where it is that
}

// A PeerTable is the clients at one setting of everything else.
type PeerTable struct {
	Title string
	Rows  []PeerRow
}

// Compared says whether the run compares clients.
func (s Summary) Compared() bool { return s.peers != nil }

// PeerTables puts clients side by side; none where the run compares none, or no
// round is complete.
func (s Summary) PeerTables() []PeerTable {
	if s.peers == nil || s.Rounds == 0 {
		return nil
	}
	var out []PeerTable
	free := []string{"client", "codec", "placement", "window"}
	at := map[string]int{}
	for i, p := range doublings(s.cells) {
		k := fixed(p.cell, free) + fmt.Sprint(p.cell.Window)
		n, there := at[k]
		if !there {
			n = len(out)
			at[k], out = n, append(out, PeerTable{Title: fmt.Sprintf("window %d, and twice that  %s", p.cell.Window, strings.Replace(title(p.cell, s.plain(), free), "GOMAXPROCS=", "workers=", 1))})
		}
		out[n].Rows = append(out[n].Rows, PeerRow{Cell: p.cell, Twice: p.twice, Verdict: s.Verdicts[i]})
	}
	for _, t := range out {
		s.relate(t.Rows)
	}
	return out
}

// relate fills in the ratios of a table's rows.
func (s Summary) relate(rows []PeerRow) {
	best := slices.MaxFunc(rows, func(a, b PeerRow) int {
		return cmp.Compare(s.Of(a.Cell).Throughput.Median, s.Of(b.Cell).Throughput.Median)
	})
	for i := range rows {
		c := rows[i].Cell
		if r, ok := s.Paired(c); ok {
			rows[i].ToBase = &r.Ratio
		}
		if c != best.Cell {
			rows[i].ToBest = s.across(c, best.Cell)
		}
	}
}

// across is the paired ratio of any two cells; nil where no round has both.
func (s Summary) across(over, base bench.Cell) *Ratio {
	r, err := s.data.ratio(pair{over, base})
	if err != nil {
		return nil
	}
	return &r
}

// writePeers prints the tables of a run that compares clients.
func (s Summary) writePeers(w io.Writer) {
	for _, t := range s.PeerTables() {
		fmt.Fprintf(w, "\n%s\n", t.Title)
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "client\tcodec\tplacement\tMB/s\tcpus\twindow doubled\tto the client's base\tto the fastest\tp99\tverdict")
		for _, r := range t.Rows {
			fmt.Fprintln(tw, strings.Join(s.peerEntries(r), "\t"))
		}
		_ = tw.Flush() // as Fprintln, it tells nobody
	}
	if s.Rounds > 0 {
		fmt.Fprintln(w, "\nMB/s: of JSON, median. cpus: cores used by the client and its children, seen from outside. window")
		fmt.Fprintln(w, "doubled: throughput at twice the window. Ratios: mean of those within each round (95% interval);")
		fmt.Fprintln(w, "a client's base is its first placement with that codec, of Go with json collector.")
		if s.Rounds == 1 {
			fmt.Fprintln(w, "?     one round has no interval")
		}
	}
}

func (s Summary) peerEntries(r PeerRow) []string {
	cell := s.Of(r.Cell)
	seen := map[string]float64{}
	for _, f := range r.Verdict.Evidence {
		seen[f.Name] = f.Value
	}
	told := "no verdict"
	if len(r.Verdict.Causes) > 0 {
		told = strings.Join(texts(r.Verdict.Causes), ", ")
	}
	return []string{
		string(r.Cell.Client), string(r.Cell.Codec), string(r.Cell.Placement),
		Amount(cell.Throughput.Median), Amount(seen["cpus"]), Amount(seen["growth"]) + "x",
		orOne(r.ToBase, r.Cell.Placement == s.baseOf(r.Cell)), orOne(r.ToBest, true),
		Amount(float64(cell.P99)/1e6) + " ms", told,
	}
}

// orOne spells a ratio; where there is none it is 1 of the base, and a dash of
// what has no base to be compared with.
func orOne(r *Ratio, base bool) string {
	switch {
	case r != nil:
		return r.String()
	case base:
		return "1"
	}
	return "-"
}

// writeLeftOut says which clients are missing, and how to get them.
func (s Summary) writeLeftOut(w io.Writer) {
	if s.peers == nil {
		return
	}
	for _, line := range s.peers.LeftOut {
		fmt.Fprintln(w, line)
	}
}
