//go:build !unix

package runner

import "os/exec"

func detach(*exec.Cmd) {}

func peakMemory(*exec.Cmd) int64 { return 0 }
