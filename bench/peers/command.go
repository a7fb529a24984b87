package peers

import (
	"bytes"
	"context"
	"os/exec"
	"time"

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

// capped keeps the first maxOutput bytes that a program writes: some write for ever.
type capped struct{ bytes.Buffer }

// maxOutput is in bytes.
const maxOutput = 1 << 20

func (c *capped) Write(b []byte) (int, error) {
	c.Buffer.Write(b[:min(len(b), maxOutput-c.Len())])
	return len(b), nil
}
