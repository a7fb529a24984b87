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
	for i := range rows {
		c := rows[i].Cell
		if r, ok := s.RatioToBase(c); ok {
			rows[i].ToBase = &r.Ratio
		}
		if c != best.Cell {
			rows[i].ToBest = s.ratioBetween(c, best.Cell)
		}
	}
}

// ratioBetween is the paired ratio of any two cells; nil if no round has both.
func (s Summary) ratioBetween(over, base bench.Cell) *Ratio {
	r, err := s.values.ratio(pair{over, base})
	if err != nil {
		return nil
	}
	return &r
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
