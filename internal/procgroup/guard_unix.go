//go:build unix

package procgroup

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// A Guard kills the group of a program when this process has died, however that was. It is a
// process that waits for the end of a pipe: Linux alone can tell a program of its parent's
// death, and would tell none of the programs that that one has started.
type Guard struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

// NewGuard starts a guard. It is nil, which guards nothing, where there is no shell. Start it
// before the program: what is between the two is the time in which a death goes unseen.
func NewGuard() *Guard {
	g := &Guard{cmd: exec.Command("sh", "-c", `read -r group && { read -r end; kill -KILL "-$group"; }`)}
	g.cmd.Dir = "/"
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // signals of a terminal pass it by
	in, err := g.cmd.StdinPipe()
	if err != nil {
		return nil
	}
	if g.in = in; g.cmd.Start() != nil {
		in.Close()
		return nil
	}
	return g
}

// Watch tells it of a program that was started, the leader of its group.
func (g *Guard) Watch(cmd *exec.Cmd) {
	if g != nil {
		_, _ = fmt.Fprintln(g.in, cmd.Process.Pid) // if it is gone there is no guard
	}
}

// Release ends the guard. The group is the caller's again.
func (g *Guard) Release() {
	if g != nil {
		_ = g.cmd.Process.Kill() // before its pipe ends
		_ = g.cmd.Wait()
	}
}
