//go:build !linux

package runner

import (
	"errors"
	"os/exec"
)

// canHold says that a program can't be held to one core.
const canHold = false

func startOnOne(*exec.Cmd) error { return errors.ErrUnsupported }

func holdToOne([]int) {}
