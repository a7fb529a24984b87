// Command collatebench measures where a concurrent client decodes what it
// fetches, and what that costs. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"collatebench/bench/peers"
	"collatebench/bench/runner"
	"collatebench/internal/printable"
	"collatebench/profiles/onecore"
)

// Exit codes of every command.
const (
	exitGood  = 0
	exitError = 1
	exitUsage = 2

	exitWorse        = 3 // a gate found a loss beyond its margin
	exitInconclusive = 4 // no cause was found or proven, or a gate can't tell
	exitBusy         = 5 // a run was not started: others use the machine, or another run is on it
)

func main() {
	if onecore.IsGuard(os.Args) {
		os.Exit(onecore.Guard(os.Stdin, os.Stdout))
	}
	ignoreFileLimit()
	log.SetOutput(printable.NewWriter(os.Stderr)) // servers of net/http log there
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run translates arguments into an exit code. All that is printed goes through one
// door: names in traces, records of runs, refusals of servers and what clients say
// must not reach a terminal raw. JSON goes through it too, and keeps its meaning.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	shownOut, shownErr := printable.NewWriter(stdout), printable.NewWriter(stderr)
	code := execute(args, stdin, shownOut, shownErr)
	if err := shownOut.Close(); err != nil && code == exitGood {
		fmt.Fprintln(shownErr, "collatebench:", err)
		code = exitError
	}
	if err := shownErr.Close(); err != nil && code == exitGood {
		return exitError // nobody is left to be told
	}
	return code
}

func execute(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitGood
	}
	switch { // the output says why
	case errors.Is(err, errInconclusive):
		return exitInconclusive
	case errors.Is(err, errWorse):
		return exitWorse
	}
	fmt.Fprintln(stderr, "collatebench:", err)
	if usage := (usageError{}); errors.As(err, &usage) {
		return exitUsage
	}
	if busy := (*runner.BusyError)(nil); errors.As(err, &busy) {
		return exitBusy
	}
	return exitError
}

// A usageError is an error in the command line, found before anything is done.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "collatebench",
		Short: "Show, measure and prove where a window of requests runs serially",
		Long: `collatebench drives a client that keeps a window of requests in flight, decodes
large responses and collates them, and shows which placement of the decoding
uses every core and which uses one.

Exit codes: 0; 1 for an error, 2 for one in the command line; 3 where a gate found a
loss; 4 where a gate can't tell, or no cause was found; 5 where no run was started, as
others use the machine.`,
		Example: `  collatebench bench                   the default matrix
  collatebench bench --placement all --window 8,64 --codec sonic
  collatebench why placement=collector/window=32
  collatebench peers                   the same client in ` + peers.Languages() + `
  collatebench compare before latest   what changed between two runs, and a gate for CI
  collatebench baseline save main      keeps the latest run to compare others with
  collatebench merge one two           one run of the shards that several machines took
  collatebench history                 each cell over all runs, and where it changed
  collatebench view latest --open      its report and profiles in a browser
  collatebench pprof latest 'placement=collector/window=32'`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          arguments(cobra.NoArgs),
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(benchCommand(), whyCommand(), diagnoseCommand(), compareCommand(), baselineCommand(), mergeCommand(), historyCommand(), reportCommand(), viewCommand(), peersCommand(), pprofCommand(),
		mockserverCommand(), recordCommand(), verdictsCommand())
	return root
}

// arguments makes a wrong number of arguments a usage error.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usageError{fmt.Errorf("%w; see %s --help", err, c.CommandPath())}
		}
		return nil
	}
}
