package results_test

import (
	"fmt"
	"log"
	"os"

	"collatebench/bench"
	"collatebench/results"
)

func Example() {
	const cell = "codec=json/placement=request/window=32/size=1MiB-2"
	dir, err := os.MkdirTemp("", "runs-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	run, err := results.Create(dir, results.Info{Label: "first", Cells: []string{cell}, Rounds: 6})
	if err != nil {
		log.Fatal(err)
	}
	err = run.Append(results.Sample{
		Cell: cell, Round: 1, Attempt: 1, Detail: bench.Detail{GOMAXPROCS: 2},
		Line: "BenchmarkCollate/" + cell + " 1 357144000 ns/op 187.9 MB/s 1.83 cpus",
	})
	if err != nil {
		log.Fatal(err)
	}
	found, err := results.Find(dir, "first")
	if err != nil {
		log.Fatal(err)
	}
	p, err := found.Progress()
	fmt.Println(p.Samples, "of", p.Planned, "samples", err)
	// Output: 1 of 6 samples <nil>
}
