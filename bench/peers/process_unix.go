//go:build unix

package peers

import (
	"errors"
	"os/exec"
	"syscall"

	"github.com/prometheus/procfs"
)

// detach gives a program a process group of its own: what it starts is in it.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// endGroup kills the members of a process group.
func endGroup(leader int) {
	_ = syscall.Kill(-leader, syscall.SIGKILL) // they may have ended just now
}

// groupLives says that a process group has a member that runs. One that has
// ended and that nobody waits for is none: in a container there may be no init
// that would.
func groupLives(leader int) bool {
	if errors.Is(syscall.Kill(-leader, 0), syscall.ESRCH) {
		return false
	}
	all, err := procfs.AllProcs()
	if err != nil {
		return true // no /proc: the signal has to do
	}
	for _, p := range all {
		stat, err := p.Stat()
		if err == nil && stat.PGRP == leader && stat.State != "Z" && stat.State != "X" {
			return true
		}
	}
	return false
}
