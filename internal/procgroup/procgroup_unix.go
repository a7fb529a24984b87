//go:build unix

package procgroup

import (
	"errors"
	"os/exec"
	"syscall"

	"github.com/prometheus/procfs"
)

// Lead makes a program, which is not yet started, the leader of a process group
// of its own: what it starts is in the group. It sets cmd.SysProcAttr.
func Lead(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// End kills the group of a started program, also after the program's own end.
func End(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // they may have ended just now
}

// Alive says that the group of a started program has a member that runs. A
// member that has ended does not count though nobody has waited for it: in a
// container there may be no init that would.
func Alive(cmd *exec.Cmd) bool {
	leader := cmd.Process.Pid
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
