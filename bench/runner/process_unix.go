//go:build unix

package runner

import (
	"os/exec"
	"syscall"
)

// detach gives a child a process group of its own, so that Ctrl-C reaches the
// runner alone, which then ends its children in order.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// endGroup kills a child and whatever it has started.
func endGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // they may have ended just now
}

// peakMemory returns an ended child's largest resident size in bytes.
func peakMemory(cmd *exec.Cmd) int64 {
	u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(u.Maxrss) * maxrssUnit
}
