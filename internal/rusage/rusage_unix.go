//go:build unix

package rusage

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

// Check returns nil: this system tells what a process has used.
func Check() error { return nil }

// SelfCPU returns the CPU time of this process, user and system.
func SelfCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// MaxRSS returns the largest resident size of an ended child, in bytes.
func MaxRSS(ended *os.ProcessState) int64 {
	u, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10 // other systems count in KiB
}
