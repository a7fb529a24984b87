package stats

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"collatebench/bench"
)

// A PeerRow is one placement of a client with one codec, at a window that the run also
// doubles.
type PeerRow struct {
	Cell   bench.Cell
	Twice  bench.Cell // the same at twice the window
	ToBase *Ratio     // to the client's base placement with the same codec; nil if the row is the base, or there is none
	ToBest *Ratio     // to the fastest row of the table; nil if the row is the fastest

	ToBaseDiffers bool // as [PairedRatio.Differs]
	ToBestDiffers bool // [Judge] of the ratios of all pairs of rows, because the data chose the fastest one
}

// A PeerTable compares clients; its rows agree in everything except client, codec and
// placement.
type PeerTable struct {
	Title string
	Rows  []PeerRow
}

// ComparesClients says whether this is a run of `peers`.
func (s Summary) ComparesClients() bool { return s.compares }

// PeerTables returns the tables of clients; none if the run does not compare clients, or
// no round is complete.
func (s Summary) PeerTables() []PeerTable {
	if !s.compares || s.Rounds == 0 {
		return nil
	}
	var out []PeerTable
	free := []string{"client", "codec", "placement", "window"}
	at := map[string]int{}
	for _, p := range Doublings(s.cells) {
		k := groupKey(p.Cell, free) + fmt.Sprint(p.Cell.Window)
		n, there := at[k]
		if !there {
			n = len(out)
			at[k], out = n, append(out, PeerTable{Title: fmt.Sprintf("window %d, and twice that  %s", p.Cell.Window, strings.Replace(title(p.Cell, s.withoutControls(), free), "GOMAXPROCS=", "workers=", 1))})
		}
		out[n].Rows = append(out[n].Rows, PeerRow{Cell: p.Cell, Twice: p.Twice})
	}
	for _, t := range out {
		s.fillRatios(t.Rows)
	}
	return out
}

// fillRatios fills in the ratios of a table's rows.
func (s Summary) fillRatios(rows []PeerRow) {
	best := slices.MaxFunc(rows, func(a, b PeerRow) int {
		return cmp.Compare(s.Cell(a.Cell).Throughput.Median, s.Cell(b.Cell).Throughput.Median)
	})
	differ := s.differingPairs(rows)
	for i := range rows {
		c := rows[i].Cell
		if r, ok := s.RatioToBase(c); ok {
			rows[i].ToBase, rows[i].ToBaseDiffers = &r.Ratio, r.Differs
		}
		if r, err := s.values.ratio(pair{c, best.Cell}); err == nil && c != best.Cell { // else no round has both
			rows[i].ToBest, rows[i].ToBestDiffers = &r, differ[pair{c, best.Cell}]
		}
	}
}

// differingPairs judges the ratios of all pairs of rows together. Only the ratios to the
// fastest row would be too few: of 20 equal rows the fastest one is fast by chance.
func (s Summary) differingPairs(rows []PeerRow) map[pair]bool {
	var pairs []pair
	var ratios []Ratio
	for i, row := range rows {
		for _, other := range rows[:i] {
			p := pair{row.Cell, other.Cell}
			if r, err := s.values.ratio(p); err == nil {
				pairs, ratios = append(pairs, p), append(ratios, r)
			}
		}
	}
	out := map[pair]bool{}
	for i, j := range Judge(ratios, s.NoiseFloor.margin()) {
		p := pairs[i]
		out[p], out[pair{p.base, p.over}] = j.Differs, j.Differs
	}
	return out
}

// A Doubling is a cell and the one with twice its window.
type Doubling struct{ Cell, Twice bench.Cell }

// Doublings returns each cell whose double window is there too, in table order.
func Doublings(cells []bench.Cell) []Doubling {
	there := map[bench.Cell]bool{}
	for _, c := range cells {
		there[c] = true
	}
	var out []Doubling
	for _, c := range cells {
		twice := c
		twice.Window *= 2
		if !there[twice] || c.AA != "" {
			continue
		}
		out = append(out, Doubling{c, twice})
	}
	return out
}
