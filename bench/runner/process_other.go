//go:build !unix

package runner

import (
	"os/exec"
	"time"
)

func detach(*exec.Cmd) {}

func ownCPU() time.Duration { return 0 }

func peakMemory(*exec.Cmd) int64 { return 0 }
