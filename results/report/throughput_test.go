package report_test

import (
	"testing"

	"collatebench/bench"
	"collatebench/results/report/draw"
)

// TestEachPlacementHasALook of its own: one more placement than the palette has
// places needs a row in draw/inks.go and a form of its marker.
func TestEachPlacementHasALook(t *testing.T) {
	var names []string
	for _, p := range bench.Placements() {
		names = append(names, string(p))
	}
	seen := map[draw.Series]string{}
	for i, s := range draw.SeriesOf(names, names) {
		if other, twice := seen[s]; twice {
			t.Errorf("%s and %s look the same", other, names[i])
		}
		seen[s] = names[i]
	}
}
