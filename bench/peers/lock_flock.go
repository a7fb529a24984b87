//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package peers

import (
	"os"
	"syscall"
)

// lock takes the file for this process until it is closed, if nobody has it.
// The kernel lets go of it when the process dies, however it dies.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
