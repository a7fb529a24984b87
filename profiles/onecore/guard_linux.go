package onecore

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"collatebench/internal/proc"

	"golang.org/x/sys/unix"
)

// A message to the guard.
type message struct {
	Plan *plan `json:",omitempty"` // what to let go from now on; answered by a line
	Word word  `json:",omitempty"`
}

type word string

const (
	stillHeld word = "held" // and all is well here
	letGo     word = "free" // for now
	done      word = "done" // for good
)

// A plan counts for as long as its owner says so at least every beat. One that is silent for a
// whole lease is stopped (Ctrl-Z, a debugger) or hangs, and may stay so for hours.
const (
	beat  = 100 * time.Millisecond
	lease = 2 * time.Second
)

// Guard is the whole of a process for which IsGuard is true. It waits until its input ends: if
// the last word was not that all is done, or none came for too long, it lets go what it was
// told. It outlives signals to the process that started it, and all of its terminal.
func Guard(in io.Reader, out io.Writer) (code int) {
	// Also of the pipe: the one who would read the answer may have been killed.
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGPIPE)
	closeInherited()
	messages := make(chan message)
	go func() {
		defer close(messages)
		for from := json.NewDecoder(bufio.NewReader(in)); ; {
			var m message
			if from.Decode(&m) != nil { // cut off where its writer was killed
				return
			}
			messages <- m
		}
	}()
	if p := await(messages, out); p != nil && p.letGo(byGuard) != nil {
		return 1
	}
	return 0
}

// await returns the plan that is to be carried out, nil if none is.
func await(messages <-chan message, out io.Writer) (p *plan) {
	var expired <-chan time.Time
	for {
		select {
		case <-expired:
			return p
		case m, more := <-messages:
			switch {
			case !more:
				return p
			case m.Word == done:
				return nil
			case m.Word == letGo:
				expired = nil
			default:
				expired = time.After(lease)
			}
			if m.Plan != nil {
				p = m.Plan
				fmt.Fprintln(out, "ready") // to nobody, perhaps: then the input ends
			}
		}
	}
}

// closeInherited closes files that this process has of its parent's parents, a pipe of a shell
// or of make: who reads it waits for all to close it. Those that Go opens are closed on exec,
// so what came through one is not.
func closeInherited() {
	fds, err := proc.Numbers("/proc/self/fd")
	if err != nil {
		return
	}
	for _, fd := range fds {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if fd > 2 && err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
}

// A guard is that process, as its owner sees it.
type guard struct {
	began uint64
	cmd   *exec.Cmd
	in    *os.File      // of which this process has the only copy
	ready chan struct{} // gets one for each plan
	gone  chan struct{} // closed when it has ended
}

// startGuard starts this executable again, also where its file was replaced meanwhile.
func startGuard() (*guard, error) {
	cmd := exec.Command("/proc/self/exe", guardMode)
	cmd.Args[0] = os.Args[0]
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // signals to the terminal's group pass it by
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start its guard: %w", err)
	}
	from, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start its guard: %w", err)
	}
	defer from.Close()
	cmd.Stdin = from
	if err := cmd.Start(); err != nil {
		in.Close()
		return nil, fmt.Errorf("start its guard: %w", err)
	}
	g := &guard{cmd: cmd, in: in, ready: make(chan struct{}, 1), gone: make(chan struct{})}
	go g.read(out)
	s, err := proc.Read(cmd.Process.Pid)
	if err != nil {
		g.end(true)
		return nil, fmt.Errorf("start its guard: %w", err)
	}
	g.began = s.Began
	return g, nil
}

func (g *guard) read(out io.Reader) {
	defer close(g.gone)
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() == "ready"; {
		g.ready <- struct{}{}
	}
}

// promise hands the guard a plan and waits until it has it.
func (g *guard) promise(p *plan) error {
	if err := g.send(message{Plan: p}); err != nil {
		return err
	}
	select {
	case <-g.ready:
		return nil
	case <-g.gone:
		return ErrGuard
	case <-time.After(patience):
		return fmt.Errorf("%w: no answer in %v", ErrGuard, patience)
	}
}

func (g *guard) say(w word) error { return g.send(message{Word: w}) }

// send does not wait for a guard that somebody stopped.
func (g *guard) send(m message) error {
	if err := errors.Join(g.in.SetWriteDeadline(time.Now().Add(patience)), json.NewEncoder(g.in).Encode(m)); err != nil {
		return ErrGuard
	}
	return nil
}

// end waits for the end of the guard, which lets go if all is not done.
func (g *guard) end(all bool) {
	if all {
		_ = g.say(done) // one that has ended needs no word
	}
	g.in.Close()
	select {
	case <-g.gone:
	case <-time.After(2 * patience):
		_ = g.cmd.Process.Kill()
		<-g.gone
	}
	_ = g.cmd.Wait() // how it ended has no meaning any longer
}
