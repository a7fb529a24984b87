// Package profiles captures, labels, merges, reads and shows pprof profiles and
// execution traces:
//
//	dir, done := exampleDir()
//	defer done()
//	c, err := profiles.Start(dir, profiles.PassMemory)
//	if err != nil {
//		log.Fatal(err)
//	}
//	c.Full() // when the window is full
//	if err := c.Stop(); err != nil {
//		log.Fatal(err)
//	}
//	heap, err := profiles.Read(filepath.Join(dir, profiles.Heap.File()))
//	fmt.Println(heap.PeriodType.Type, err)
//
// go tool pprof and go tool trace can read all that it writes. It does not know
// what a cell is, except as a label of samples, nor where a run keeps its files.
package profiles

import "collatebench/internal/oneof"

// A Kind names one file that a profiled process leaves behind.
type Kind string

const (
	CPU       Kind = "cpu"       // where cores were used, sampled at 100 Hz of CPU time
	Heap      Kind = "heap"      // what was live while the window was full
	Allocs    Kind = "allocs"    // what was allocated since the process began
	Block     Kind = "block"     // where goroutines waited for channels, locks and conditions
	Mutex     Kind = "mutex"     // where goroutines held a lock that others waited for
	Goroutine Kind = "goroutine" // where each goroutine stood while the window was full
	Trace     Kind = "trace"     // the execution trace; it carries the CPU samples too
)

// kinds is the table of kinds. A new kind is a name above, a row here and a line
// in its pass.
var kinds = [...]struct {
	kind Kind
	file string
	pass Pass
}{
	{CPU, "cpu.pb.gz", PassCPU},
	{Heap, "heap.pb.gz", PassMemory},
	{Allocs, "allocs.pb.gz", PassMemory},
	{Block, "block.pb.gz", PassMemory},
	{Mutex, "mutex.pb.gz", PassMemory},
	{Goroutine, "goroutine.pb.gz", PassMemory},
	{Trace, "trace.out", PassCPU},
}

// Kinds returns every kind, in table order.
func Kinds() []Kind {
	var out []Kind
	for _, row := range kinds {
		out = append(out, row.kind)
	}
	return out
}

// ParseKind is the inverse of string(k).
func ParseKind(s string) (Kind, error) { return oneof.Parse(s, Kinds()) }

// File returns the name of the kind's file, without a folder. It is "" for a
// kind that is not in the table.
func (k Kind) File() string {
	for _, row := range kinds {
		if row.kind == k {
			return row.file
		}
	}
	return ""
}
