// Spin profiles itself for as long as it takes to be sampled, and writes its
// CPU profile to standard output.
package main

import (
	"log"
	"os"
	"runtime/pprof"
	"syscall"
)

func main() {
	if err := pprof.StartCPUProfile(os.Stdout); err != nil {
		log.Fatal(err)
	}
	for x := uint64(1); cpuNanos() < 150e6; {
		x = spinElsewhere(x)
	}
	pprof.StopCPUProfile()
}

//go:noinline
func spinElsewhere(x uint64) uint64 {
	for range 1 << 20 {
		x = x*2862933555777941757 + 3037000493
	}
	return x
}

func cpuNanos() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
