package stats_test

import (
	"fmt"
	"log"

	"collatebench/results/stats"
)

func Example() {
	request := []float64{178, 181, 169, 184, 175, 180} // MB/s, a value a round
	collector := []float64{113, 110, 108, 117, 109, 112}
	r, err := stats.NewRatio(request, collector)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f (%.2f-%.2f) in %d rounds\n", r.Mean, r.Low, r.High, r.Rounds)
	// Output: 1.59 (1.56-1.63) in 6 rounds
}
