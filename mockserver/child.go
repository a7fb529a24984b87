package mockserver

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sync/errgroup"
)

// greeting is the one line that a child prints.
type greeting struct {
	URL     string `json:"url"`
	PID     int    `json:"pid"`
	Control string `json:"control"`
}

// Child runs an upstream in a process of its own, from start to end: it serves on
// a free port of 127.0.0.1, prints {"url":"http://127.0.0.1:PORT","pid":N,
// "control":"http://127.0.0.1:PORT/.collatebench"} as one line on out once its payloads are built, and ends when in does or ctx
// does, after the requests in flight (see Serve). A parent that dies, however
// it dies, takes its children along, if in is a pipe from it.
func Child(ctx context.Context, o Options, in io.Reader, out io.Writer) error {
	s, err := New(o)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("mock server: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with in: nothing else can end a read
		defer cancel()
		io.Copy(io.Discard, in)
	}()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Serve(ctx, l) })
	g.Go(func() error { return s.greet(ctx, l.Addr(), out) })
	if err := g.Wait(); err != nil {
		return fmt.Errorf("mock server: %w", err)
	}
	return nil
}

// greet prints the greeting once the payloads are built.
func (s *Server) greet(ctx context.Context, at net.Addr, out io.Writer) error {
	select {
	case <-s.loaded:
	case <-ctx.Done():
		return nil
	}
	base := "http://" + at.String()
	if err := json.NewEncoder(out).Encode(greeting{URL: base, PID: os.Getpid(), Control: base + Control}); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	return nil
}
