// Package evidence turns the samples of a run into the plain numbers that package verdict
// judges, and puts the verdicts beside the numbers of a run, a [Reading], or of two, a
// [Comparison].
//
//	const cell = "codec=json/placement=collector/window=32/size=1MiB-2"
//	info := results.Info{Cells: []string{cell}, Machine: results.Machine{Cores: 2}}
//	sample := results.Sample{
//		Cell: cell, Round: 1, Attempt: 1, Detail: bench.Detail{GOMAXPROCS: 2},
//		Line: "BenchmarkCollate/" + cell + " 1 1163636363 ns/op 57.67 MB/s 1.06 cpus 0.98 decode-busy 1 decode-overlap " +
//			"490e6 resp-ns 11e6 headers-ns/resp 10e6 service-ns/resp 2e6 read-ns/resp 450e6 decode-wait-ns/resp 18e6 decode-ns/resp",
//	}
//	reading, err := evidence.NewReading(info, []results.Sample{sample})
//	if err != nil {
//		log.Fatal(err)
//	}
//	for _, o := range reading.Observed {
//		fmt.Println(o.Cell.Placement, o.Causes)
//	}
//
// It also has what studies record in a run folder: the interventions of `why` ([Why]) and
// the clients of `peers` ([Peers]). It knows cells and the units of benchmark lines. It
// does not know when a cause holds, or how anything is shown.
package evidence
