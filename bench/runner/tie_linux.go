package runner

import (
	"os/exec"
	"runtime"
	"syscall"
)

// tie has the kernel interrupt a program when this process dies, by SIGKILL too: go would
// else go on, and put its output into a folder that the next run has removed meanwhile. The
// kernel means the thread that starts the program, so the goroutine keeps its thread until
// the program has ended and loose is called.
func tie(cmd *exec.Cmd) (loose func()) {
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
	return runtime.UnlockOSThread
}
