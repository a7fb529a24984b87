package changepoint_test

import (
	"fmt"

	"collatebench/results/stats/changepoint"
)

func Example() {
	series := []float64{99, 101, 100, 98, 102, 100, 101, 99, 100, 102, 81, 79, 80, 82, 80, 78, 81, 80, 79, 80}
	for _, c := range changepoint.Find(series, 1) {
		fmt.Printf("from value %d on, p = %.4f\n", c.At, c.P)
	}
	// Output: from value 10 on, p = 0.0005
}
