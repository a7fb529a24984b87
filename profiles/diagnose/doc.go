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
// # Charging a wait to what ended it
//
// A wait ends because something woke the goroutine: another goroutine's unlock, send or
// close, the network, a clock, a system call that returned. While it lasted, the waker did
// something, or waited itself until something woke it, and so on. That path through the
// wakings says what the wait was for, whatever library the functions are of: a wait for the
// goroutine that reads a connection is a wait for the network. Names of functions only label
// what was found, and tell apart what the wakings can't: an answer from a connection of the
// pool. If goroutines are woken by others that wait at the same place at other times, they
// take turns there: a lock, a permit, a pool.
//
// The predicted gain is computed on that structure. Of the goroutines that pass a place, n in
// the mean, w wait there; without it they come round n/(n-w) times as often, up to where the
// cores are full. Nothing is promised where it rests on what no trace shows: how soon what is
// polled for would be there without the clock, or how much more a pipe or a disk takes at
// once. The sentence then has that figure as a bound.
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
//   - goroutine.go keeps the sums of goroutine 119: for how long it was running and
//     runnable, where it waited, and whose waits it ended.
//   - symbolizer.go finds the program's own line nearest to the leaf of the
//     stack: mutex/main.go:34.
//   - class.go looks at the reason and the functions: the wait is for a lock.
//   - site.go holds that line, reason and class as one site.
//   - event.go gets the end of the wait 348 ms later: goroutine 118 wakes 119
//     from sync.(*Mutex).Unlock, called at main.go:41.
//   - link.go adds the 348 ms to the link of that site with those who wake there.
//   - turns.go follows 118 back: it executed, for some 30 ms, and before that it was
//     woken by another one that had the lock, which had executed, and so on, until the
//     348 ms are charged.
//   - stacks.go adds the stack of each CPU sample to one call tree.
//   - goroutine.go adds the sums of a goroutine that ends to its group. The group
//     of 119 has 96 goroutines.
//   - gate.go finds that the group's goroutines wake each other there, so that they take
//     turns: 14.9 wait, mean, and at least one waits during 99% of the interval. From the end
//     of its own wait to the unlocking each of them holds the lock for some 30 ms: 0.9 are
//     past it at a time.
//   - hotspot.go follows the call tree of their 253 CPU samples: 96% are in
//     encoding/json.Unmarshal, which main.(*catalogue).add calls at main.go:37.
//   - evidence.go puts these figures into a [verdict.Trace], and adds that 1.09
//     of 2 cores are used; way.go, that the group spends 93% of its time waiting for that turn.
//   - report.go asks [verdict.JudgeTrace]. It says "serialised: one goroutine at
//     a time passes mutex/main.go:34 (main.(*catalogue).add), and 15 others wait
//     there, for 99% of the time; 1.09 of 2 cores used.", and predicts a gain of up to
//     2 cores / 1.09 = 1.8.
//   - write.go writes the sentence and the tables below it.
package diagnose
