package evidence_test

import (
	"fmt"
	"log"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
)

func Example() {
	const cell = "codec=json/placement=collector/window=32/size=1MiB-2"
	info := results.Info{Cells: []string{cell}, Machine: results.Machine{Cores: 2}}
	sample := results.Sample{
		Cell: cell, Round: 1, Attempt: 1, Detail: bench.Detail{GOMAXPROCS: 2},
		Line: "BenchmarkCollate/" + cell + " 1 1163636363 ns/op 57.67 MB/s 1.06 cpus 0.98 decode-busy 1 decode-overlap " +
			"490e6 resp-ns 11e6 headers-ns/resp 10e6 service-ns/resp 2e6 read-ns/resp 450e6 decode-wait-ns/resp 18e6 decode-ns/resp",
	}
	reading, err := evidence.NewReading(info, []results.Sample{sample})
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range reading.Observed {
		fmt.Println(o.Cell.Placement, o.Causes)
	}
	// Output: collector [serialised]
}
