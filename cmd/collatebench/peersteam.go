package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"collatebench/bench"
	"collatebench/bench/peers"
	"collatebench/bench/runner"
	"collatebench/results/evidence"
)

// A team is the clients of a run, and why others are not in it.
type team struct {
	ours    bool // Go's client is in it
	others  []peers.Client
	leftOut []string
}

// assemble builds the clients that are asked for, or all that can be built.
func (f *peerFlags) assemble(c *cobra.Command) (team, error) {
	root, err := runner.ModuleRoot(c.Context(), f.Source)
	if option := (*runner.OptionError)(nil); errors.As(err, &option) {
		return team{}, usageError{err}
	}
	if err != nil {
		return team{}, err
	}
	wanted, all := f.clients, f.clients == nil
	if !all && len(wanted) == 0 {
		return team{}, usageError{fmt.Errorf("--client \"\": names none of go, %s, nor the path of a program", strings.Join(kitNames(), ", "))}
	}
	for i, name := range wanted {
		if slices.Contains(wanted[:i], name) {
			return team{}, usageError{fmt.Errorf("--client %q: is named twice", name)}
		}
	}
	if all {
		wanted = append([]string{string(bench.Go)}, kitNames()...)
	}
	var t team
	for _, name := range wanted {
		if name == string(bench.Go) {
			t.ours = true
			continue
		}
		client, err := engage(c.Context(), root, name, c.ErrOrStderr())
		missing := (*peers.MissingError)(nil)
		switch {
		case errors.As(err, &missing) && all:
			t.leftOut = append(t.leftOut, err.Error())
			fmt.Fprintln(c.ErrOrStderr(), err)
			continue
		case missing != nil:
			return team{}, fmt.Errorf("--client %q: can't be built here: %s; %s", name, missing.Wants, missing.Get)
		case err != nil:
			return team{}, err
		case slices.ContainsFunc(t.others, func(o peers.Client) bool { return o.Name == client.Name }):
			return team{}, usageError{fmt.Errorf("--client %q: calls itself %s, as another one does", name, client.Name)}
		}
		t.others = append(t.others, client)
	}
	return t, nil
}

// engage builds a client that is part of the module, or asks a program what it
// is.
func engage(ctx context.Context, root, name string, notes io.Writer) (peers.Client, error) {
	for _, k := range peers.Kits() {
		if string(k.Name) == name {
			return build(ctx, k, root, notes)
		}
	}
	if !strings.ContainsRune(name, filepath.Separator) {
		return peers.Client{}, usageError{fmt.Errorf("--client %q: is none of go, %s, nor the path of a program, such as ./my-client", name, strings.Join(kitNames(), ", "))}
	}
	client, err := peers.Describe(ctx, []string{name})
	if err != nil {
		return client, usageError{fmt.Errorf("--client %q: %w", name, err)}
	}
	return client, nil
}

// build writes what the tools say into a file, which is of interest when they
// fail.
func build(ctx context.Context, k peers.Kit, root string, notes io.Writer) (peers.Client, error) {
	log := &buildLog{path: filepath.Join(root, ".build", "peers", string(k.Name)+".log"), begins: func(path string) {
		fmt.Fprintf(notes, "building the client in %s (%s)\n", k.Name, relativePath(path))
	}}
	defer log.close()
	return k.Build(ctx, root, log)
}

// A buildLog is a file that is made anew at the first thing that a tool says:
// where a tool is missing the last log stays.
type buildLog struct {
	path   string
	begins func(path string)
	f      *os.File
}

func (l *buildLog) Write(b []byte) (int, error) {
	if l.f == nil {
		f, err := os.Create(l.path)
		if err != nil {
			return 0, err
		}
		l.f = f
		l.begins(l.path)
	}
	return l.f.Write(b)
}

func (l *buildLog) close() {
	if l.f != nil {
		l.f.Close()
	}
}

func kitNames() []string {
	var out []string
	for _, k := range peers.Kits() {
		out = append(out, string(k.Name))
	}
	return out
}

// record is the team as run.json has it.
func (t team) record() evidence.Peers {
	out := evidence.Peers{LeftOut: t.leftOut}
	if t.ours {
		out.Clients = append(out.Clients, evidence.Peer{Client: bench.Go, Runtime: runtime.Version()})
	}
	for _, c := range t.others {
		p := evidence.Peer{Client: c.Name, Runtime: c.Runtime, Command: c.Command, Codecs: map[string]string{}}
		for _, codec := range c.Codecs {
			p.Codecs[string(codec.Name)] = codec.Library
		}
		out.Clients = append(out.Clients, p)
	}
	return out
}
