package recording

import (
	"runtime"
	"runtime/debug"
	"time"

	"collatebench/internal/rusage"
)

// What a recorder's process is set to. Its heap is a few MB beside the bodies, and collecting it after
// each few MB more took a fifth of its time.
const (
	gcPercent   = 400
	memoryLimit = 72 << 20
)

// Of one core in use: from busyShare on the process gets all of them, and below idleShare it is held to
// one again.
const (
	procsEvery = 250 * time.Millisecond
	busyShare  = .6
	idleShare  = .3
)

// Settle sets the runtime of a process that does nothing but record, and returns what undoes that.
// As long as one core is enough it runs on one: an exchange passes through five goroutines, and to
// wake a thread for each is a third of the time that a recorder adds to the first byte.
func Settle() (undo func()) {
	percent, limit, procs := debug.SetGCPercent(gcPercent), debug.SetMemoryLimit(memoryLimit), runtime.GOMAXPROCS(1)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(procsEvery)
		defer tick.Stop()
		cpu, at := rusage.SelfCPU(), time.Now()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			used, now := rusage.SelfCPU(), time.Now()
			share := float64(used-cpu) / float64(now.Sub(at))
			cpu, at = used, now
			if want := procsFor(share, runtime.GOMAXPROCS(0), procs); want != runtime.GOMAXPROCS(0) {
				runtime.GOMAXPROCS(want)
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
		runtime.GOMAXPROCS(procs)
	}
}

// procsFor is how many threads may run at once, for a use of cores.
func procsFor(share float64, now, all int) int {
	switch {
	case share >= busyShare:
		return all
	case share < idleShare:
		return 1
	}
	return now
}
