package history_test

import (
	"fmt"
	"time"

	"collatebench/results/history"
)

func Example() {
	var records []history.Record
	began := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for n, speed := range []float64{100, 101, 99, 100, 102, 98, 101, 100, 80, 81, 79, 80, 82, 78, 80, 81} {
		records = append(records, history.Record{
			ID: fmt.Sprint("run", n), Commit: fmt.Sprint("commit", n), Started: began.AddDate(0, 0, n),
			Machine: "Some CPU, 2 cores", Go: "go1.26.0",
			Values: []history.Value{{Cell: "codec=json/placement=pool/window=32/size=1MiB-2", MBPerS: speed}},
		})
	}
	for _, place := range history.New(records).Places {
		for _, c := range place.Cells[0].Changes {
			fmt.Printf("%s, %s: %.2fx at %s\n", place.Machine, place.Go, c.Ratio, c.Commit)
		}
	}
	// Output: Some CPU, 2 cores, go1.26.0: 0.80x at commit8
}
