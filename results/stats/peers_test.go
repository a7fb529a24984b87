package stats_test

import (
	"math"
	"testing"

	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

func TestPeersRatios(t *testing.T) {
	info, samples := resultstest.ComparedRun(t, 6)
	s, err := stats.Summarise(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	tables := s.PeerTables()
	if len(tables) != 1 || len(tables[0].Rows) != len(resultstest.Compared) {
		t.Fatalf("%+v", tables)
	}
	for i, row := range tables[0].Rows {
		base := []bool{true, false, true, false, true}[i]
		if base != (row.ToBase == nil) {
			t.Errorf("%s: ratio to its base %v", row.Cell.Name(), row.ToBase)
		}
		if fastest := resultstest.Compared[i].Speed == 300; fastest != (row.ToBest == nil) {
			t.Errorf("%s: ratio to the fastest %v", row.Cell.Name(), row.ToBest)
		}
		if row.ToBest != nil && math.Abs(row.ToBest.Mean-resultstest.Compared[i].Speed/300) > .05*resultstest.Compared[i].Speed/300 {
			t.Errorf("%s: %v of the fastest, want %v", row.Cell.Name(), row.ToBest, resultstest.Compared[i].Speed/300)
		}
	}
}
