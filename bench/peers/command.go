package peers

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"time"
)

// command prepares a program in a process group of its own, which ends as a
// whole when ctx does.
func command(ctx context.Context, argv []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	detach(cmd)
	cmd.Cancel = func() error {
		endGroup(cmd.Process.Pid)
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

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// tail returns the last n lines.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
