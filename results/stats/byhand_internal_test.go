package stats

import (
	"math"
	"testing"

	"collatebench/bench"
	"collatebench/results"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(b)) }

// TestSharedScatterByHand: the other ratio has 3 degrees of freedom, which count by half; its
// variance of a round is .2 squared times 4 rounds.
func TestSharedScatterByHand(t *testing.T) {
	got := shareScatter([]contrast{{0, .1, 3}, {0, .2, 3}})[0]
	if variance := (1.5*.16 + 3*.04) / 4.5; !near(got.se, math.Sqrt(variance/4)) || !near(got.degrees, 4.5) {
		t.Errorf("%+v, want a standard error of %v and 4.5 degrees", got, math.Sqrt(variance/4))
	}
	many := make([]contrast, 12)
	for i := range many {
		many[i] = contrast{0, .2, 3}
	}
	many[0].se = .1
	got = shareScatter(many)[0]
	if variance := (4*.16 + 3*.04) / 7; !near(got.se, math.Sqrt(variance/4)) || !near(got.degrees, 7) {
		t.Errorf("%+v, want the others to weigh 4 degrees at most", got)
	}
}

// TestHolmByHand: a corrected p value is not below one that was smaller before.
func TestHolmByHand(t *testing.T) {
	got := holm([]float64{.011, .5, .01})
	if !near(got[2], .03) || !near(got[0], .03) || !near(got[1], .5) {
		t.Errorf("%v, want .03, .5 and .03", got)
	}
}

// TestDriftByHand: a cell is compared with the mean of the others, which is not known
// exactly.
func TestDriftByHand(t *testing.T) {
	d := drift{ratios: []float64{-.1, 0, .1, .5}, calm: []int{0, 1, 2}, share: firstShare}.measured()
	if c := d.contrast(3); !near(c.mean, .5) || !near(c.se, .1*math.Sqrt(4./3)) || c.degrees != 2 {
		t.Errorf("%+v", c)
	}
	// Two cells that hide one another are tested at what the first one has left.
	hidden := newDrift([]float64{.5, .5, -.002, -.001, 0, .001, .002, .0005, -.0005})
	if !hidden.stands(0) || !hidden.stands(1) || !near(hidden.share, 1-firstShare) {
		t.Errorf("%+v", hidden)
	}
	if one := newDrift([]float64{.5, -.002, -.001, 0, .001, .002, .0005, -.0005}); !one.stands(0) || one.share != firstShare {
		t.Errorf("%+v", one)
	}
}

// TestBesideTheOthers: what a calm cell changed is told beside the others, not beside a mean
// that it is part of.
func TestBesideTheOthers(t *testing.T) {
	v := Versus{Cells: make([]VersusCell, 4)}
	v.judge([]contrast{{.04, .02, 9}, {0, .02, 9}, {.01, .02, 9}, {-.01, .02, 9}})
	if got := math.Log(v.Cells[0].Beside.Mean); !near(got, .04) || !near(math.Log(v.Drift), .01) {
		t.Errorf("beside the others %v, drift %v; want .04 and .01", got, math.Log(v.Drift))
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct{ low, high, want float64 }{{90, 102, .1}, {95, 120, .2}, {math.Inf(-1), math.Inf(1), math.Inf(1)}} {
		if got := (Estimate{Median: 100, Low: c.low, High: c.high}).Spread(); got != c.want && !near(got, c.want) {
			t.Errorf("%v to %v: %v, want %v", c.low, c.high, got, c.want)
		}
	}
}

// cells reads cells as people write them.
func cells(t *testing.T, texts ...string) []bench.Cell {
	t.Helper()
	var out []bench.Cell
	for _, text := range texts {
		c, err := bench.ReadCell(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// TestPick takes the first control of a placement in table order, or else the first of all.
func TestPick(t *testing.T) {
	all := cells(t, "placement=request", "placement=collector/size=64KiB", "placement=collector")
	var pairs []pair
	for _, c := range all {
		pairs = append(pairs, pair{c, c})
	}
	if p, rest := pick(pairs, bench.Collector); p.base != all[1] || len(rest) != 2 || rest[0].base != all[0] || rest[1].base != all[2] {
		t.Errorf("picked %v, left %v", p.base, rest)
	}
	if p, _ := pick(pairs, bench.Pool); p.base != all[0] {
		t.Errorf("picked %v in place of a placement that is not there", p.base)
	}
}

// TestMostCoresFirst: the headline is of the most cores, though another cell has a larger
// window.
func TestMostCoresFirst(t *testing.T) {
	all := cells(t, "window=64/procs=1", "window=32/procs=2", "window=8/procs=2")
	if got := Headline(all); len(got) != 1 || got[0] != all[1] {
		t.Errorf("%v, want %v", got, all[1])
	}
}

// TestNoDoublingOfControls: a control is no cell to be judged.
func TestNoDoublingOfControls(t *testing.T) {
	all := cells(t, "window=8", "window=16")
	for _, c := range all {
		c.AA = "b"
		all = append(all, c)
	}
	if got := Doublings(all); len(got) != 1 || got[0].Cell != all[0] || got[0].Twice != all[1] {
		t.Errorf("%v", got)
	}
}

// TestOthersOverAllSamples: cores are CPU time over time, of all samples together, and not
// known if one sample does not tell.
func TestOthersOverAllSamples(t *testing.T) {
	c := bench.DefaultCell()
	v := Values{Cells: []bench.Cell{c}, names: map[bench.Cell]string{c: c.Name()}}
	for _, s := range []results.Sample{{OthersCPU: new(1.0), Seconds: 2}, {OthersCPU: new(.5), Seconds: 8}} {
		v.Rounds = append(v.Rounds, results.Round{Samples: map[string]results.Sample{c.Name(): s}})
	}
	if got, known := v.Others(c); !known || !near(got, .15) {
		t.Errorf("%v, %v; want .15", got, known)
	}
	v.Rounds[0].Samples[c.Name()] = results.Sample{Seconds: 2}
	if got, known := v.Others(c); known {
		t.Errorf("%v, though one sample does not tell", got)
	}
}

// TestGroupsWithoutControls: a table or chart has each cell once.
func TestGroupsWithoutControls(t *testing.T) {
	all := cells(t, "placement=collector", "placement=request")
	control := all[0]
	control.AA = "b"
	s := Summary{Rounds: 1, cells: append(all, control)}
	if got := s.Groups("placement"); len(got) != 1 || len(got[0].Cells) != 2 {
		t.Errorf("%+v", got)
	}
}
