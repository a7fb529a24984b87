// Package stacks samples what running processes execute, from outside and in any language:
//
//	s, err := stacks.Take(context.Background(), stacks.Options{PIDs: []int{os.Getpid()}, Duration: 100 * time.Millisecond})
//	if err != nil {
//		log.Fatal(err)
//	}
//	if h := s.Hotspot(); h.Function != "" {
//		log.Printf("%.0f%% of %d samples in %s, called at %s (%s)", 100*h.Share, h.Samples, h.Calls, h.At, h.Function)
//	}
//	fmt.Println("something to say:", len(s.How)+len(s.Missing) > 0)
//
// It needs no rights beyond those of the same user, and changes nothing in the processes. It
// names no cause. Linux only; elsewhere Samples says so.
//
// # How
//
// perf takes the samples, by a clock, so that it needs no hardware counter: 99 a second of
// each thread that runs, and only of what runs. What the kernel does for a thread counts as the
// call that asked for it; without root, the kernel may leave such samples out. Who called whom
// is told by frame pointers where code keeps them (Go, and what a compiler makes at run time,
// with a perf map as node --perf-basic-prof writes it), and else by a copy of the stack's
// 32 KiB, unwound afterwards: release builds have no frame pointers.
//
// py-spy, where it is installed, takes those of Python: it sees functions of Python, and
// counts who holds the interpreter's lock.
//
// # Names
//
// Symbols of Rust and C++ are written as their people do, without parameters and closures.
// Where the executable has lines (debug = 1 of Cargo's release profile, -g), a function that
// was inlined is named too, which in optimized code is often the program's own; without them
// what is left may be a library's alone. Own code is what is in the executable, less the
// language's runtime and standard library, and packages: those of Go by the main module's path,
// those of Rust by crate and folder, of C++ by namespace and folder, of Python and JavaScript
// by folder.
//
// # Cost
//
// The kernel stops a thread for each sample, for some microseconds, and copies its stack: at 99
// Hz that is less than 0.1% of a core. Each switch between threads is noted in well under a
// microsecond; past 20,000 a second they are not noted, and Parallel is unknown. Reading what
// was recorded takes some tenths of a second of CPU time, after the recording and at a lower
// priority. py-spy uses up to a tenth of a core while it samples, and does not stop the process.
//
// # What it does not see
//
// Code without symbols; a task that waits, for it is on no core; in Python, work in C that
// lets go of the lock. A stack deeper than its copy loses the outermost calls. Of a process in
// another mount namespace the main executable is read alone.
package stacks
