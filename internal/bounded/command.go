package bounded

import (
	"fmt"
	"os/exec"
)

// Bounds of Combined and Output. A compiler's errors take some kilobytes.
const (
	combinedHead = 64 << 10
	combinedTail = 64 << 10
	outputMost   = 1 << 20
)

// Combined is cmd.CombinedOutput, with 64 KiB of the beginning and of the end.
func Combined(cmd *exec.Cmd) (string, error) {
	said := &Buffer{Head: combinedHead, Tail: combinedTail}
	cmd.Stdout, cmd.Stderr = said, said
	err := cmd.Run()
	return said.String(), err
}

// Output is cmd.Output of 1 MiB at most. More is an error.
func Output(cmd *exec.Cmd) (string, error) {
	said := &Buffer{Head: outputMost}
	// As cmd.Output does it, so that an *exec.ExitError has what is said of it.
	errs := &Buffer{Head: combinedHead, Tail: combinedTail}
	cmd.Stdout = said
	if cmd.Stderr == nil {
		cmd.Stderr = errs
	}
	err := cmd.Run()
	if exit, ok := err.(*exec.ExitError); ok {
		exit.Stderr = []byte(errs.String())
	}
	if err == nil && said.LeftOut() > 0 {
		err = fmt.Errorf("it printed more than %d MiB", outputMost>>20)
	}
	return said.String(), err
}
