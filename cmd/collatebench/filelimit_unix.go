//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreFileLimit makes a file that would be larger than ulimit -f an error of its write. The
// signal would end this process with the stacks of all goroutines.
func ignoreFileLimit() { signal.Ignore(syscall.SIGXFSZ) }
