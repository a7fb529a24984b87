//go:build !unix

package runner

import "os/exec"

func detach(*exec.Cmd) {}

func endGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func peakMemory(*exec.Cmd) int64 { return 0 }
