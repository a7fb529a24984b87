package resultstest_test

import (
	"fmt"
	"log"
	"testing"

	"collatebench/results/evidence"
	"collatebench/results/resultstest"
)

func Example() {
	var t testing.T // a test passes its own
	info, samples := resultstest.DefaultRun(&t)
	reading, err := evidence.NewReading(info, samples)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(reading.Summary.Rounds, "rounds,", len(reading.Summary.Flagged), "flagged attempts")
	// Output: 6 rounds, 4 flagged attempts
}
