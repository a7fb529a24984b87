package runner

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"

	"collatebench/internal/proc"
)

// canHold says that a program can be held to one core.
const canHold = true

// startOnOne starts a program that may use one core alone, from its first instruction on: so its
// runtime makes itself one thread where it would have made one for each core. A process has the
// affinity of the thread that made it.
func startOnOne(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	all, one, err := oneOf()
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	err = unix.SchedSetaffinity(0, &one)
	if err == nil {
		err = cmd.Start()
	}
	if back := unix.SchedSetaffinity(0, &all); back == nil {
		runtime.UnlockOSThread() // or the thread ends with its goroutine, and nobody else gets it
	}
	return err
}

// oneOf returns the cores that this process may use, and one of them.
func oneOf() (all, one unix.CPUSet, err error) {
	err = unix.SchedGetaffinity(0, &all)
	for core := range len(all) * 64 { // the last: interrupts of devices are served by the first
		if all.IsSet(core) {
			one.Zero()
			one.Set(core)
		}
	}
	return all, one, err
}

// holdToOne holds processes to one core that run already. They are ours, and end with their sample:
// nobody has to let go of them.
func holdToOne(pids []int) {
	_, one, err := oneOf()
	if err != nil {
		return
	}
	for _, pid := range pids {
		threads, err := proc.Threads(pid)
		if err != nil {
			continue // it has ended
		}
		for _, tid := range threads {
			_ = unix.SchedSetaffinity(tid, &one) // it may have ended just now
		}
	}
}
