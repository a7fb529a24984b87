package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"collatebench/bench"
	"collatebench/bench/peers"
	"collatebench/bench/runner"
	"collatebench/mockserver/payload"
	"collatebench/results"
)

const (
	peerRounds = 3
	// peerBudget is for the samples, after the builds.
	peerBudget = 170 * time.Second
	// maxWorkers is what the contract has: some runtimes start as many threads
	// as they are told to, and end a machine.
	maxWorkers = 1024
	maxDoubled = 1_000_000 // of a window, as of any count
)

// peerFlags are what `peers` is asked for.
type peerFlags struct {
	runner.Options
	clients    []string // kits by name, or programs
	codecs     []string
	placements []string
	check      string
	list       bool
	asJSON     bool
}

func peersCommand() *cobra.Command {
	f := &peerFlags{Options: runner.Options{Rounds: peerRounds, Ops: 1, Budget: peerBudget}}
	f.Matrix = peerMatrix()
	c := &cobra.Command{
		Use:   "peers",
		Short: "Compare this client with those in other languages, or check one of yours",
		Long: `Builds the clients in Rust, Python and C++ as far as this machine has their tools,
runs every one of their placements and Go's in one interleaved run against the same
upstream, and says from the outside which of them are serial: those that use one
core of several, and gain nothing by twice the window.

--check holds any program to the contract that such a client keeps; --client runs
it beside the others. The contract is in bench/peers/README.md.`,
		Example: `  collatebench peers
  collatebench peers --client rust,cpp --window 8,32 --rounds 6
  collatebench peers --placement request,spawn --codec json,sonic --rounds 12 --budget 10m
  collatebench peers --check ./my-client
  collatebench peers --client go,./my-client --latency lognormal:10ms:80ms
  collatebench peers --list`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case c.Flags().Changed("check"):
				return checkPeer(c, f)
			case f.list:
				return listPeers(c, f)
			}
			return runPeers(c, f)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringSliceVar(&f.clients, "client", nil, "which `clients`: go, rust, python, cpp, or the path of a program (default go and all that can be built)")
	fs.StringSliceVar(&f.placements, "placement", nil, "only these `placements`, of any client")
	fs.StringSliceVar(&f.codecs, "codec", nil, "only these `codecs`, of any client")
	for _, d := range bench.Dimensions() {
		if usage, ok := peerDimension(d); ok {
			fs.Var(bench.Flag{Matrix: &f.Matrix, Name: d.Name}, d.Name, usage)
		}
	}
	countFlag(fs, &f.Rounds, "rounds", "samples of each cell")
	countFlag(fs, &f.Ops, "ops", "timed collations in a sample, at least; a fast client takes more")
	durationFlag(fs, &f.Budget, "budget", "time for all samples, the builds excluded")
	seedFlag(fs, &f.Seed, "seed of the order, the payloads and the upstream's choices")
	labelFlag(fs, &f.Label, "word that ends the run folder's name")
	fs.StringVar(&f.check, "check", "", "hold a `program` to the contract of such clients, and run nothing")
	fs.BoolVar(&f.list, "list", false, "build the clients, say what each placement does, and run nothing")
	fs.StringVar(&f.Out, "out", "", "`folder` of the runs (default results/runs in the module)")
	fs.StringVar(&f.Source, "source", "", "`folder` of the collatebench module (default the enclosing one)")
	fs.BoolVar(&f.asJSON, "json", false, "print the summary as JSON")
	return c
}

// peerMatrix is one window, json and all cores: codecs and placements are the
// clients' own.
func peerMatrix() bench.Matrix {
	var m bench.Matrix
	for name, list := range map[string]string{"codec": "json", "placement": string(bench.Inline), "window": "32", "procs": "all"} {
		if err := m.Set(name, list); err != nil {
			panic(err) // a defect of the table
		}
	}
	return m
}

// peerDimension says whether a dimension is a flag here, and what of. A client
// in another language knows the core ones; the upstream's are none of its
// business.
func peerDimension(d bench.Dimension) (usage string, ok bool) {
	switch d.Name {
	case "codec", "placement":
		return "", false
	case "window":
		return d.Usage + "; each client is sampled at twice that too", true
	case "procs":
		return "worker threads or processes of the client, for Go GOMAXPROCS; all means every core", true
	}
	return d.Usage, d.Core || d.Name == "responses" || isKnob(d.Name)
}

// runPeers builds, plans and runs.
func runPeers(c *cobra.Command, f *peerFlags) error {
	settings, err := f.settings(c.Flags().Changed("responses"))
	if err != nil {
		return usageError{err} // before a build that takes minutes
	}
	team, err := f.assemble(c)
	if err != nil {
		return err
	}
	chosen, err := f.choose(team.variants())
	if err != nil {
		return usageError{err}
	}
	cells, err := cellsOf(chosen, settings)
	if err != nil {
		return err
	}
	if err := equip(c, &f.Options); err != nil {
		return err
	}
	run, err := runner.Peers(c.Context(), f.Options, cells, team.record())
	return concludePeers(c, run, err, f.asJSON)
}

// concludePeers prints what the run has; such a run is not resumed.
func concludePeers(c *cobra.Command, run *results.Run, err error, asJSON bool) error {
	if option := (*runner.OptionError)(nil); errors.As(err, &option) {
		return usageError{err}
	}
	if run == nil {
		return err
	}
	ctx := context.WithoutCancel(c.Context())
	if reportErr := report(ctx, c.OutOrStdout(), run, asJSON); reportErr != nil {
		err = errors.Join(err, reportErr)
	}
	if err != nil {
		return fmt.Errorf("%w\nwhat was measured is in %s (log.txt tells more)", err, display(run.Dir()))
	}
	return nil
}

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
		fmt.Fprintf(notes, "building the client in %s (%s)\n", k.Name, display(path))
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

// A variant is one way of a client to decode with one codec.
type variant struct {
	client    bench.ClientName
	codec     string
	placement string
	usual     bool // runs where nobody names codecs or placements
}

// ours are Go's, all of them with either JSON codec.
func ours() []variant {
	var out []variant
	for _, codec := range []payload.Codec{payload.JSON, payload.Sonic} {
		for _, p := range bench.Placements() {
			out = append(out, variant{bench.Go, string(codec), string(p), usual(codec, p)})
		}
	}
	return out
}

// usual are of Go's the counterparts of the other languages' with encoding/json,
// and the two ends with the fastest codec.
func usual(codec payload.Codec, p bench.Placement) bool {
	switch p {
	case bench.Inline, bench.Request:
		return true
	case bench.Collector, bench.Pool:
		return codec == payload.JSON
	}
	return false
}

// variants are all of the team's, in table order. Usual are a client's
// placements with its first codec; what another codec is worth the two ends
// show, the first placement and the last.
func (t team) variants() []variant {
	var out []variant
	if t.ours {
		out = ours()
	}
	for _, c := range t.others {
		for i, codec := range c.Codecs {
			for j, p := range c.Placements {
				out = append(out, variant{c.Name, string(codec.Name), string(p.Name), i == 0 || j == 0 || j == len(c.Placements)-1})
			}
		}
	}
	return out
}

// cellsOf puts each variant into each setting.
func cellsOf(chosen []variant, settings []bench.Cell) ([]bench.Cell, error) {
	var out []bench.Cell
	for _, v := range chosen {
		for _, c := range settings {
			c, err := v.cell(c)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// cell is a setting as the variant's.
func (v variant) cell(c bench.Cell) (bench.Cell, error) {
	for _, element := range []string{"client=" + string(v.client), "codec=" + v.codec, "placement=" + v.placement} {
		var err error
		if c, err = c.Change(element); err != nil {
			return c, fmt.Errorf("client %s: %w", v.client, err)
		}
	}
	return c, nil
}

// choose leaves the variants that --codec and --placement name, or the usual
// ones.
func (f *peerFlags) choose(all []variant) ([]variant, error) {
	out := slices.Clone(all)
	if f.codecs == nil && f.placements == nil {
		out = slices.DeleteFunc(out, func(v variant) bool { return !v.usual })
	}
	for _, by := range []struct {
		flag  string
		named []string
		of    func(variant) string
	}{
		{"codec", f.codecs, func(v variant) string { return v.codec }},
		{"placement", f.placements, func(v variant) string { return v.placement }},
	} {
		if by.named == nil {
			continue
		}
		var there []string
		for _, v := range all {
			if !slices.Contains(there, by.of(v)) {
				there = append(there, by.of(v))
			}
		}
		for _, n := range by.named {
			if !slices.Contains(there, n) {
				return nil, fmt.Errorf("--%s %q: is not one of %s", by.flag, n, strings.Join(there, ", "))
			}
		}
		if len(by.named) == 0 {
			return nil, fmt.Errorf("--%s \"\": is not one of %s", by.flag, strings.Join(there, ", "))
		}
		out = slices.DeleteFunc(out, func(v variant) bool { return !slices.Contains(by.named, by.of(v)) })
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("--codec %q and --placement %q leave no client anything to do", strings.Join(f.codecs, ","), strings.Join(f.placements, ","))
	}
	return out, nil
}

// settings are the matrix's cells with each window doubled beside it. Where
// nobody says how many responses an op has, there are enough for the largest
// window.
func (f *peerFlags) settings(sized bool) ([]bench.Cell, error) {
	cells, err := f.Matrix.Cells()
	if err != nil {
		return nil, err
	}
	most := 0
	for _, c := range slices.Clone(cells) {
		if c.Procs > maxWorkers {
			return nil, fmt.Errorf("--procs \"%d\": is not from 1 to %d, or all", c.Procs, maxWorkers)
		}
		if 2*c.Window > maxDoubled {
			return nil, fmt.Errorf("--window \"%d\": twice that, which each client is sampled at too, is above %d", c.Window, maxDoubled)
		}
		most = max(most, 2*c.Window)
		c.Window *= 2
		if !slices.Contains(cells, c) {
			cells = append(cells, c)
		}
	}
	slices.SortStableFunc(cells, func(a, b bench.Cell) int { return cmp.Compare(a.Window, b.Window) })
	for i, c := range cells {
		switch {
		case !sized:
			cells[i].Responses = max(c.Responses, most)
		case c.Responses < most:
			return nil, fmt.Errorf("--responses \"%d\": can't fill twice the window of %d, which each client is sampled at; %d can", c.Responses, most/2, most)
		}
	}
	return cells, nil
}

// record is the team as run.json has it.
func (t team) record() results.Peers {
	out := results.Peers{LeftOut: t.leftOut}
	if t.ours {
		out.Clients = append(out.Clients, results.Peer{Client: bench.Go, Runtime: runtime.Version()})
	}
	for _, c := range t.others {
		p := results.Peer{Client: c.Name, Runtime: c.Runtime, Command: c.Command, Codecs: map[string]string{}}
		for _, codec := range c.Codecs {
			p.Codecs[string(codec.Name)] = codec.Library
		}
		out.Clients = append(out.Clients, p)
	}
	return out
}
