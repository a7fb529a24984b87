package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/pprof/profile"
	"github.com/spf13/cobra"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/profiles"
	"collatebench/results"
)

func pprofCommand() *cobra.Command {
	var out, addr string
	kind := profiles.CPU
	c := &cobra.Command{
		Use:   "pprof RUN [CELL]",
		Short: "Open pprof's web UI on a cell's profile, or on the whole matrix",
		Long: `Serves pprof's web UI for one cell of a run. A cell is named by what sets it
apart: 'placement=collector/window=32'. Without a cell it shows the CPU profile
of the whole matrix, whose samples carry their cell as a label.`,
		Example: `  collatebench pprof latest 'placement=collector/window=32'
  collatebench pprof latest 'placement=request/window=32/procs=2' --kind heap
  collatebench pprof latest`,
		Args: arguments(cobra.RangeArgs(1, 2)),
		RunE: func(c *cobra.Command, args []string) error {
			run, err := findRun(c.Context(), "", out, args[0])
			if err != nil {
				return usageError{fmt.Errorf("RUN %w", err)}
			}
			name, title, err := profileName(run, strings.Join(args[1:], ""), kind)
			if err != nil {
				return usageError{err}
			}
			p, err := readProfile(run, name)
			if err != nil {
				return err
			}
			return showProfile(c, p, title, addr)
		},
	}
	c.Flags().Var(parsedFlag[profiles.Kind]{&kind, parsePprofKind, func(k profiles.Kind) string { return string(k) }, "kind"},
		"kind", "profile to show: cpu, heap, allocs, block, mutex or goroutine")
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "`address` to serve on; a port of 0 takes a free one")
	c.Flags().StringVar(&out, "out", "", "`folder` of the runs (default results/runs in the module)")
	return c
}

func parsePprofKind(s string) (profiles.Kind, error) {
	k, err := profiles.ParseKind(s)
	if k == profiles.Trace {
		return "", errors.New("an execution trace is for go tool trace, not for pprof")
	}
	return k, err
}

// profileName returns the name within the run folder and the title of the profile that ref
// and kind name.
func profileName(run *results.Run, ref string, kind profiles.Kind) (name, title string, err error) {
	if ref == "" {
		if kind != profiles.CPU {
			return "", "", fmt.Errorf("--kind %q: only the CPU profile is merged for the whole matrix; name a CELL", kind)
		}
		return path.Join("profiles", results.MergedCPU), run.Info().ID, nil
	}
	cell, err := findCell(run, ref)
	if err != nil {
		return "", "", err
	}
	return path.Join("profiles", cell.Folder(), kind.File()), cell.Name(), nil
}

// findCell finds a cell by its whole name, or by settings that only it has in this run.
func findCell(run *results.Run, ref string) (bench.Cell, error) {
	var cells []bench.Cell
	for _, name := range run.Info().Cells {
		c, err := bench.ParseCell(name)
		if err != nil {
			return bench.Cell{}, err
		}
		if c.Name() == ref {
			return c, nil
		}
		if c.AA == "" { // A/A controls are not profiled
			cells = append(cells, c)
		}
	}
	found, err := bench.Select(cells, ref)
	switch {
	case len(cells) == 0:
		return bench.Cell{}, fmt.Errorf("CELL %q: run %s has no cells", ref, run.Info().ID)
	case err != nil:
		return bench.Cell{}, fmt.Errorf("CELL: %w", err)
	case len(found) == 0:
		return bench.Cell{}, fmt.Errorf("CELL %q: none of the %d cells of run %s is so; its first is %s", ref, len(cells), run.Info().ID, cells[0].Name())
	case len(found) > 1:
		return bench.Cell{}, fmt.Errorf("CELL %q: %d cells of run %s are so, such as %s and %s; add what sets yours apart",
			ref, len(found), run.Info().ID, found[0].Name(), found[1].Name())
	}
	return found[0], nil
}

// readProfile reads a profile of a run, which may come from anybody.
func readProfile(run *results.Run, name string) (*profile.Profile, error) {
	at := relativePath(filepath.Join(run.Dir(), filepath.FromSlash(name)))
	data, err := run.ReadFile(name, profiles.MaxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("no profile at %s: was the run made with --profile=none, is the cell not one of the largest window (--profile=all takes each), or was it stopped before its profiled passes?", at)}
	}
	if err != nil {
		return nil, err
	}
	p, err := profiles.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("profile %s: %w", at, err)
	}
	return p, nil
}

func showProfile(c *cobra.Command, p *profile.Profile, title, addr string) error {
	h, err := profiles.Handler(p, profiles.UIOptions{Name: title, Executable: keptBenchmark(c.Context())})
	if err != nil {
		return err
	}
	return profiles.ServeUI(c.Context(), addr, h, func(url string) {
		fmt.Fprintf(c.OutOrStdout(), "pprof of %s\n%s (until Ctrl-C)\n", title, url)
	})
}

// keptBenchmark is the benchmark that was compiled last in the module around the working
// directory, or "". pprof disassembles it if it is the one that was profiled.
func keptBenchmark(ctx context.Context) string {
	root, err := runner.ModuleRoot(ctx, "")
	if err != nil {
		return ""
	}
	return filepath.Join(root, ".build", "bench.test")
}
