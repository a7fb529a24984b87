package peers

import (
	"context"
	"os/exec"
	"time"

	"collatebench/internal/bounded"
	"collatebench/internal/procgroup"
)

// command prepares a program in a process group of its own, which ends as a
// whole when ctx does.
func command(ctx context.Context, argv []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	procgroup.Lead(cmd)
	cmd.Cancel = func() error {
		procgroup.End(cmd)
		return nil
	}
	// A process that is left of the group may hold the pipes open.
	cmd.WaitDelay = time.Second
	return cmd
}

// maxOutput, bytes: what is kept of a program's output. Some write for ever.
const maxOutput = 1 << 20

// printed has room for the output of a program.
func printed() *bounded.Buffer { return &bounded.Buffer{Head: maxOutput} }
