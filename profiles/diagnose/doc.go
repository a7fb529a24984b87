// Package diagnose reads the execution trace of any Go program and names the
// cause that holds the program back:
//
//	f, err := os.Open("testdata/collector.trace")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer f.Close()
//	r, err := diagnose.Read(f, diagnose.Options{})
//	if err != nil {
//		log.Fatal(err)
//	}
//	first, _, _ := strings.Cut(r.Verdict.Sentence, "\n")
//	fmt.Println(first)
//
// It reads the trace once, and keeps sums for each live goroutine and for each
// place in the code, never events. It does not know what the program is for. Only
// [Record] connects to anything: to the address that it is given.
//
// # From an event to a sentence
//
// The program testdata/programs/mutex keeps 16 requests in flight, and decodes
// each page while it holds a lock. One run of it with -procs=2 left a trace of
// 3.01 s with 49,686 events. The lock's way through the files, with the figures of
// that run:
//
//   - event.go gets each event. One says that goroutine 119 stops running and
//     waits, with the reason "sync". Its stack is sync.(*Mutex).Lock, called at
//     main.go:34 in main.(*catalogue).add.
//   - goroutine.go keeps the sums of goroutine 119: for how long it was running,
//     runnable and in system calls, where it waited, and whose waits it ended.
//   - symbolizer.go finds the program's own line nearest to the leaf of the
//     stack: mutex/main.go:34.
//   - class.go looks at the reason and the functions: the wait is for a lock.
//   - site.go holds that line, reason and class as one site.
//   - event.go gets the end of the wait 348 ms later: goroutine 118 wakes 119
//     from sync.(*Mutex).Unlock. The 348 ms are added to the site, to the waits
//     of 119, and to the waits that 118 ended.
//   - stacks.go adds the stack of each CPU sample to one call tree.
//   - goroutine.go adds the sums of a goroutine that ends to its group. The group
//     of 119 has 96 goroutines. They waited for the lock for 41.98 s.
//   - waits.go divides by the interval: 13.9 goroutines wait for the lock, mean,
//     and at least one waits during 99% of the interval.
//   - contention.go finds that no other place has as many. The goroutines that
//     ended waits there are those that pass the lock: 1.1 of them, mean, are past
//     it at a time.
//   - hotspot.go follows the call tree of their 253 CPU samples: 96% are in
//     encoding/json.Unmarshal, which main.(*catalogue).add calls at main.go:37.
//   - evidence.go puts these figures into a [verdict.Trace], and adds that 1.11
//     of 2 cores are used and that the busiest goroutine runs for 4% of the
//     interval: no single goroutine holds up the others.
//   - report.go asks [verdict.JudgeTrace], whose rules are asked in order: do
//     dials, garbage collection or other work use up the cores, does one goroutine
//     hold up the others, do they wait for connections, do they pass a lock one at
//     a time? The last is the first to hold. It says "serialised: one goroutine at
//     a time passes mutex/main.go:34 (main.(*catalogue).add), and 14 others wait
//     there for 99% of the time; 1.11 of 2 cores used.", and predicts a gain of up
//     to 2 cores / 1.11 = 1.8.
//   - write.go writes the sentence and the tables below it.
package diagnose
