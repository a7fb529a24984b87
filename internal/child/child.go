// Package child runs a program that serves this process alone. The program
// prints its address as a line of JSON, and ends when its standard input does:
// so it never outlives its parent, however that dies.
//
//	cmd := exec.Command("sh", "-c", `echo '{"url":"http://127.0.0.1:8080"}'; cat; echo bye >&2`)
//	c, err := child.Start(context.Background(), cmd, child.Options{})
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println(c.URL)
//	child.Stop(c)
//	fmt.Println(c.Exit())
//
// It does not know what is served.
package child

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"collatebench/internal/bounded"
	"collatebench/internal/procgroup"
	"collatebench/internal/spell"
)

// Options say how a child is started and stopped.
type Options struct {
	Name   string        // of the child in errors; "" means child
	Stderr io.Writer     // gets what the child writes to standard error, 64 KiB of its beginning at once and 8 KiB of its end; may be nil
	Within time.Duration // the time it has to print its address; 0 means 30 s
	Grace  time.Duration // the time it has to end in Stop; 0 means 10 s
}

// Bounds of what is kept of a child's standard error.
const (
	keptHead   = 64 << 10 // bytes
	keptTail   = 8 << 10
	shownLines = 20 // in an error
)

// A Child is one such program.
type Child struct {
	URL     string
	Control string // where it tells of itself, apart from what it serves; "" if it does not say

	o     Options
	cmd   *exec.Cmd
	stdin io.Closer
	said  *bounded.Buffer
	ended chan struct{} // closed when the process has ended
	err   error         // how it ended; read once ended is closed
}

// Start starts the program and waits for its address. The program leads a
// process group of its own, so that Ctrl-C reaches the parent alone. Where
// cmd.Env is nil, its environment is Environ(0). ctx ends the wait alone.
func Start(ctx context.Context, cmd *exec.Cmd, o Options) (*Child, error) {
	if o.Name == "" {
		o.Name = "child"
	}
	if o.Within == 0 {
		o.Within = 30 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	c := &Child{o: o, cmd: cmd, said: &bounded.Buffer{Head: keptHead, Tail: keptTail, To: o.Stderr}, ended: make(chan struct{})}
	cmd.Stderr = c.said
	if cmd.Env == nil {
		cmd.Env = Environ(0)
	}
	procgroup.Lead(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	c.stdin = in
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	address := make(chan greeting, 1)
	go c.follow(out, address)
	if err := c.await(ctx, address); err != nil {
		return nil, err
	}
	return c, nil
}

// A greeting is the line that a child prints.
type greeting struct {
	URL     string `json:"url"`
	Control string `json:"control"`
}

// follow reads the address, keeps the pipe drained and notes the end.
func (c *Child) follow(out io.Reader, address chan<- greeting) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var g greeting
		if json.Unmarshal(lines.Bytes(), &g) == nil && g.URL != "" {
			address <- g
			break
		}
	}
	_, _ = io.Copy(io.Discard, out)
	c.err = c.cmd.Wait()
	_ = c.said.Close() // an error of the log is none of the child
	close(c.ended)
}

func (c *Child) await(ctx context.Context, address <-chan greeting) error {
	timeout := time.NewTimer(c.o.Within)
	defer timeout.Stop()
	select {
	case g := <-address:
		c.URL, c.Control = g.URL, g.Control
		return nil
	case <-c.ended:
		return c.Exit()
	case <-timeout.C:
		c.kill()
		return fmt.Errorf("no address from it in %v\n%s", c.o.Within, c.excerpt())
	case <-ctx.Done():
		c.kill()
		return context.Cause(ctx)
	}
}

func (c *Child) kill() {
	procgroup.End(c.cmd)
	<-c.ended
}

// PID returns its process.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Ended is closed when the child has ended. Of a nil Child it never is.
func (c *Child) Ended() <-chan struct{} {
	if c == nil {
		return nil
	}
	return c.ended
}

// Exit says how a child that has ended did so, with the last lines that it
// wrote to standard error.
func (c *Child) Exit() error {
	how := "it ended by itself"
	if c.err != nil {
		how = c.err.Error()
	}
	return fmt.Errorf("the %s process ended (%s); its last lines:\n%s", c.o.Name, how, c.excerpt())
}

// Err is how a child that has ended did so: nil, or an *exec.ExitError.
func (c *Child) Err() error { return c.err }

// excerpt is the end of what it wrote to standard error.
func (c *Child) excerpt() string {
	return spell.Excerpt(strings.TrimSpace(c.said.String()), shownLines)
}

// Stop closes the standard input of each child, its signal to end, and waits
// for all. One that does not end is killed with what it has started.
func Stop(children ...*Child) {
	for _, c := range children {
		c.stdin.Close()
	}
	for _, c := range children {
		select {
		case <-c.ended:
		case <-time.After(c.o.Grace):
			c.kill()
		}
	}
}

// Environ returns this process's environment with the given GOMAXPROCS; 0
// leaves it to the child, which would otherwise have its parent's.
func Environ(procs int) []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GOMAXPROCS=") {
			out = append(out, v)
		}
	}
	if procs > 0 {
		out = append(out, "GOMAXPROCS="+strconv.Itoa(procs))
	}
	return out
}
