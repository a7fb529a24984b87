// Package stats makes numbers from the samples of a run or of two: medians, ratios
// paired by rounds and which of them differ ([Judge]), the noise floor of the A/A
// controls, the roof, the changes between two runs, and the gate on them ([Gate]).
//
//	request := []float64{178, 181, 169, 184, 175, 180} // MB/s, a value a round
//	collector := []float64{113, 110, 108, 117, 109, 112}
//	r, err := stats.NewRatio(request, collector)
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Printf("%.2f (%.2f-%.2f) in %d rounds\n", r.Mean, r.Low, r.High, r.Rounds)
//
// It knows no cause and prints nothing. A doubt, such as too few rounds for an
// interval, is a field beside the number that it doubts.
package stats
