package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"al.essio.dev/pkg/shellescape"
	"collatebench/mockserver/payload"
	"collatebench/mockserver/recording"
	"collatebench/profiles/outside"
)

type recordFlags struct {
	to, listen, out string
	limit           payload.Size
	secrets         recording.Secrets
	intercept       bool
	seconds         int
	asJSON          bool

	unasked func() string // why --intercept recorded nothing; nil without it
}

func recordCommand() *cobra.Command {
	var f recordFlags
	c := &cobra.Command{
		Use:   "record --to URL [-- PROGRAM ARGUMENTS]",
		Short: "Record what a program asks of its upstream, and when each answer came",
		Long: `Stands between a program and its upstream on a loopback address, passes on what
they say, and writes it into a folder: HAR 1.2, and each distinct body once beside
it. It reads each answer as fast as the upstream gives it, so that it shows whether
the program waits for the upstream or the other way round.

A program after -- is started with {upstream} in its arguments and environment
replaced by the recorder's address; the recording ends with it, and otherwise with
Ctrl-C. --intercept is for a program whose upstream's address is fixed: it gets a
proxy and a certificate authority made for this run by the usual variables, a JVM
by JAVA_TOOL_OPTIONS, and a Node before 24 by NODE_OPTIONS.

Headers such as Authorization and Cookie are not written, and neither are bodies of
requests; values of secret parameters of a query are hashed. Bodies of answers are
written as they come: they may be secret too. Files are for their owner alone.`,
		Example: `  collatebench record --to https://api.example.com --out api -- ./my-client --endpoint {upstream}
  ENDPOINT={upstream} collatebench record --to http://10.0.0.7:8080 -- ./my-client
  collatebench record --to https://api.example.com --intercept -- python3 sync.py
  collatebench record --to https://api.example.com --listen 127.0.0.1:9000
  collatebench mockserver --replay api`,
		Args: arguments(afterDash),
		RunE: func(c *cobra.Command, program []string) error { return f.record(c, program) },
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.to, "to", "", "base `URL` of the upstream, http or https")
	fs.StringVar(&f.listen, "listen", "127.0.0.1:0", "`address` to listen on; a port of 0 takes a free one")
	fs.StringVar(&f.out, "out", "recording", "`folder` of the recording: a new one, or an empty one")
	sizeFlag(fs, &f.limit, "limit", "2GiB", "most bytes of the folder: what comes later is passed on, and not kept")
	fs.BoolVar(&f.secrets.KeepHeaders, "keep-headers", false, "write secret headers too: Authorization, Cookie, Set-Cookie, ...")
	fs.BoolVar(&f.secrets.HashQuery, "hash-query", false, "hash the values of all parameters of queries")
	fs.BoolVar(&f.intercept, "intercept", false, "for a program whose upstream's address is fixed: be its proxy, with a certificate of this run's own")
	fs.IntVar(&f.seconds, "seconds", 0, "end the recording, and the program, after so many `s`; 0 is at the program's end, or Ctrl-C")
	fs.BoolVar(&f.asJSON, "json", false, "print the summary as JSON")
	return c
}

// check checks the command line, and returns the upstream's address.
func (f *recordFlags) check(program []string) (*url.URL, error) {
	if f.to == "" {
		return nil, errors.New("give --to URL, the upstream's address, as --to https://api.example.com; see collatebench record --help")
	}
	to, err := url.Parse(f.to)
	if err != nil || (to.Scheme != "http" && to.Scheme != "https") || to.Host == "" || to.RawQuery != "" || to.Fragment != "" || to.User != nil {
		return nil, fmt.Errorf("--to %q: not a base URL such as https://api.example.com or http://10.0.0.7:8080/v2", f.to)
	}
	if len(program) > 0 {
		if _, err := exec.LookPath(program[0]); err != nil {
			return nil, fmt.Errorf("-- %s: %w", program[0], err)
		}
	}
	if f.seconds < 0 {
		return nil, fmt.Errorf("--seconds %d: not 0 or more", f.seconds)
	}
	if f.intercept && len(program) == 0 {
		return nil, errors.New("--intercept: give the program after --: it gets the proxy by its environment")
	}
	if f.intercept && strings.TrimSuffix(to.Path, "/") != "" {
		return nil, fmt.Errorf("--to %q: has a path, which --intercept has no use for: all that goes to that host is recorded", f.to)
	}
	if _, _, used := programFor(program, ""); len(program) > 0 && !used && !f.intercept && strings.HasSuffix(f.listen, ":0") {
		return nil, errors.New("{upstream} stands neither in the program's arguments nor in the environment: it would not ask the recorder (a fixed address: --listen, or --intercept)")
	}
	return to, nil
}

// record records until the program ends, or until Ctrl-C.
func (f *recordFlags) record(c *cobra.Command, program []string) error {
	to, err := f.check(program)
	if err != nil {
		return usageError{err}
	}
	l, err := net.Listen("tcp", f.listen)
	if err != nil {
		return usageError{fmt.Errorf("--listen %q: %w", f.listen, err)}
	}
	defer l.Close()
	w, err := recording.Create(f.out, recording.Options{Upstream: f.to, Secrets: f.secrets, Limit: int64(f.limit)})
	if err != nil {
		return usageError{fmt.Errorf("--out: %w", err)}
	}
	defer recording.Settle()()
	r := recording.NewRecorder(w, queue())
	ctx := c.Context()
	if f.seconds > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, time.Duration(f.seconds)*time.Second)
		defer stop()
	}
	failed := f.serve(ctx, c, l, r, to, program)
	if ctx.Err() != nil {
		failed = nil // Ctrl-C, and the end of its time, are how it ends
	}
	closed := r.Close()
	s := r.Summary()
	if err := f.print(c.OutOrStdout(), s); err != nil {
		return err
	}
	if s.Exchanges == 0 && f.unasked != nil {
		fmt.Fprintln(c.ErrOrStderr(), f.unasked())
	}
	return errors.Join(failed, closed)
}

// queue sees what the program has not read yet; nil where the kernel does not tell.
func queue() recording.Queue {
	q, err := outside.OpenQueue()
	if err != nil {
		return nil
	}
	return q
}

// serve serves the program, or whoever asks.
func (f *recordFlags) serve(ctx context.Context, c *cobra.Command, l net.Listener, r *recording.Recorder, to *url.URL, program []string) error {
	handler := r.Reverse(to)
	args, env, _ := programFor(program, "http://"+l.Addr().String())
	if f.intercept {
		i, err := r.Intercept(to)
		if err != nil {
			return err
		}
		defer i.Close()
		handler, f.unasked = i, i.Why
		env = i.Environ(env, l.Addr().String())
	}
	server := recording.Server(handler)
	go server.Serve(l) // ends with Close
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
	}()
	fmt.Fprintf(c.ErrOrStderr(), "http://%s records %s into %s\n", l.Addr(), f.to, f.out)
	if len(program) == 0 {
		fmt.Fprintln(c.ErrOrStderr(), "Ctrl-C ends it")
		return f.follow(ctx, c.ErrOrStderr(), r)
	}
	p, err := startProgram(args, env, c.InOrStdin(), c.ErrOrStderr())
	if err != nil {
		return err
	}
	if err := p.wait(ctx); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}

// follow says now and then what has passed, until Ctrl-C.
func (f *recordFlags) follow(ctx context.Context, said io.Writer, r *recording.Recorder) error {
	every := time.NewTicker(10 * time.Second)
	defer every.Stop()
	for last := 0; ; {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-every.C:
			if s := r.Summary(); s.Exchanges != last {
				last = s.Exchanges
				fmt.Fprintf(said, "%d exchanges so far\n", s.Exchanges)
			}
		}
	}
}

func (f *recordFlags) print(w io.Writer, s recording.Summary) error {
	if f.asJSON {
		return writeJSON(w, s)
	}
	fmt.Fprintln(w, s)
	if s.Kept > 0 {
		fmt.Fprintf(w, "Serve it: collatebench mockserver --replay %s\n", shellescape.Quote(f.out))
	}
	return nil
}
