package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"collatebench/bench"
	"collatebench/bench/peers"
	"collatebench/bench/runner"
	"collatebench/results/evidence"
)

const (
	peerRounds = 3
	// peerBudget is for the samples, after the builds.
	peerBudget = 170 * time.Second
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
	f := &peerFlags{Options: runner.Options{Rounds: peerRounds, Budget: peerBudget}}
	f.Matrix = peerMatrix()
	c := &cobra.Command{
		Use:   "peers",
		Short: "Compare this client with those in other languages, or check one of yours",
		Long: "Builds the clients in " + peers.Languages() + ` as far as this machine has their tools,
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
	fs.StringSliceVar(&f.clients, "client", nil, "which `clients`: "+strings.Join(peers.ClientNames(), ", ")+", or the path of a program (default go and all that can be built)")
	fs.StringSliceVar(&f.placements, "placement", nil, "only these `placements`, of any client")
	fs.StringSliceVar(&f.codecs, "codec", nil, "only these `codecs`, of any client")
	for _, d := range bench.Dimensions() {
		if usage, ok := peerDimension(d); ok {
			fs.Var(bench.Flag{Matrix: &f.Matrix, Name: d.Name}, d.Name, usage)
		}
	}
	countFlag(fs, &f.Rounds, "rounds", "samples of each cell")
	opsFlag(fs, &f.Ops)
	durationFlag(fs, &f.Budget, "budget", "time for all samples, the builds excluded")
	seedFlag(fs, &f.Seed, "seed of the order, the payloads and the upstream's choices")
	labelFlag(fs, &f.Label, "word that ends the run folder's name")
	guardFlags(fs, &f.Guard)
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
	matrix, err := f.Matrix.Cells()
	if err != nil {
		return usageError{err}
	}
	settings, err := peers.Settings(matrix, c.Flags().Changed("responses"))
	if err != nil {
		return optionFault(err) // before a build that takes minutes
	}
	team, err := assemblePeers(c, f)
	if err != nil {
		return err
	}
	chosen, err := peers.Choose(team.Variants(), f.codecs, f.placements)
	if err != nil {
		return optionFault(err)
	}
	cells, err := peers.Cells(chosen, settings)
	if err != nil {
		return err
	}
	if err := prepare(c, &f.Options); err != nil {
		return err
	}
	run, err := runner.Peers(c.Context(), f.Options, cells, recordOf(team))
	return finish(c, run, err, formOf(f.asJSON))
}

// assemblePeers builds the clients, and says on stderr what it does.
func assemblePeers(c *cobra.Command, f *peerFlags) (peers.Team, error) {
	root, err := runner.ModuleRoot(c.Context(), f.Source)
	if option := (*runner.OptionError)(nil); errors.As(err, &option) {
		return peers.Team{}, usageError{err}
	}
	if err != nil {
		return peers.Team{}, err
	}
	notes := c.ErrOrStderr()
	team, err := peers.Assemble(c.Context(), peers.TeamOptions{
		Root: root, Clients: f.clients,
		Building: func(k peers.Kit, log string) {
			fmt.Fprintf(notes, "building the client in %s (%s)\n", k.Name, relativePath(log))
		},
		Missing: func(missing *peers.MissingError) { fmt.Fprintln(notes, missing) },
	})
	return team, optionFault(err)
}

// optionFault makes what package peers says of an option a message about the
// flag of that name. Any other error stays as it is.
func optionFault(err error) error {
	option, none, missing := (*peers.OptionError)(nil), (*peers.NoVariantError)(nil), (*peers.MissingError)(nil)
	switch {
	case errors.As(err, &option):
		return usageError{fmt.Errorf("--%w", err)}
	case errors.As(err, &none):
		return usageError{fmt.Errorf("--codec %q and --placement %q leave no client anything to do",
			strings.Join(none.Codecs, ","), strings.Join(none.Placements, ","))}
	case errors.As(err, &missing):
		return fmt.Errorf("--client %q: can't be built here: %s; %s", missing.Client, missing.Wants, missing.Get)
	}
	return err
}

// recordOf is the team as run.json has it.
func recordOf(t peers.Team) evidence.Peers {
	var out evidence.Peers
	for _, missing := range t.LeftOut {
		out.LeftOut = append(out.LeftOut, missing.Error())
	}
	for _, c := range t.Clients {
		p := evidence.Peer{Client: c.Name, Runtime: c.Runtime, Command: c.Command}
		if c.Name != bench.Go { // whose codecs every run has
			p.Codecs = map[string]string{}
			for _, codec := range c.Codecs {
				p.Codecs[string(codec.Name)] = codec.Library
			}
		}
		out.Clients = append(out.Clients, p)
	}
	return out
}
