package evidence_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

func TestSayCauseChange(t *testing.T) {
	serial, cpu := []verdict.Cause{verdict.Serialised}, []verdict.Cause{verdict.CPUSaturated}
	for want, c := range map[string]evidence.CauseChange{
		"1.6x slower: `serialised`, was `cpu-saturated`":                  {Old: cpu, New: serial},
		"1.6x slower: still `serialised`":                                 {Old: serial, New: serial},
		"1.6x slower: no cause is named any more, was `serialised`":       {Old: serial},
		"1.6x slower: `cpu-saturated`, where no cause was named":          {New: cpu},
		"1.6x slower: no cause is named in either run":                    {},
		"1.6x slower: `serialised` and `cpu-saturated`, was `serialised`": {Old: serial, New: append(serial, cpu...)},
	} {
		c.Change = evidence.Times(1 / 1.6)
		if got := c.Say("`"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for ratio, want := range map[float64]string{1.5: "1.5x faster", .96: "1.04x slower", 20: "20x faster", 1.06: "1.06x faster"} {
		if got := evidence.Times(ratio); got != want {
			t.Errorf("%v: %q, want %q", ratio, got, want)
		}
	}
}

// TestCompareWithoutEvidence: lines that carry no evidence for a verdict have no cause; the
// change is told all the same.
func TestCompareWithoutEvidence(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	names := resultstest.Cells(t, map[string]string{"window": "32"})
	run := func(times float64) *results.Run {
		var out []results.Sample
		for n := 1; n <= 6; n++ {
			for _, cell := range names {
				v := resultstest.Speed(t, cell, r)
				if cell == resultstest.Request32 {
					v *= times
				}
				s := resultstest.Sample(t, cell, n, 1, v)
				head, _, _ := strings.Cut(s.Line, "  0.97 decode-busy")
				s.Line = head
				out = append(out, s)
			}
		}
		return resultstest.Run(t, resultstest.Info(names...), out)
	}
	c, err := evidence.Compare(run(1), run(.5))
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for _, row := range c.Cells {
		if row.Change == stats.Regression && row.Cell == resultstest.Request32 {
			changed++
		}
	}
	if _, known := c.CauseOf(resultstest.Request32); known || changed != 1 {
		t.Errorf("%d cells changed, with the causes %+v", changed, c.Causes)
	}
}

// TestDifferentClients: another program makes a comparison meaningless, another version of a
// client does not.
func TestDifferentClients(t *testing.T) {
	program := func(command ...string) *results.Run {
		info := resultstest.Info(resultstest.Request32)
		info.Program = resultstest.Record(t, evidence.Program{Command: command, Cell: resultstest.Request32})
		return resultstest.Run(t, info, resultstest.Rounds(t, info.Cells, 3))
	}
	c, err := evidence.Compare(program("./fetch", "32"), program("./fetch", "it's 64"))
	if err != nil {
		t.Fatal(err)
	}
	if err := stats.Refused(c.Differences); err == nil || !strings.Contains(err.Error(), `the programs differ: ./fetch 32, then ./fetch 'it'"'"'s 64'`) {
		t.Errorf("%v", err)
	}
	info, samples := resultstest.ComparedRun(t, 3)
	old := resultstest.Run(t, info, samples)
	peers, err := evidence.ReadPeers(info)
	if err != nil {
		t.Fatal(err)
	}
	for i := range peers.Clients {
		peers.Clients[i].Runtime = strings.Replace(peers.Clients[i].Runtime, "1.95", "1.99", 1)
	}
	info.Peers = resultstest.Record(t, *peers)
	if c, err = evidence.Compare(old, resultstest.Run(t, info, samples)); err != nil {
		t.Fatal(err)
	}
	if len(c.Differences) != 1 || c.Differences[0].What != "versions of the rust client" || stats.Refused(c.Differences) != nil {
		t.Errorf("%v", c.Differences)
	}
}
