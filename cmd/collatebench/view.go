package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"collatebench/bench/runner"
	"collatebench/profiles"
	"collatebench/results/view"
)

func viewCommand() *cobra.Command {
	var out string
	var open bool
	addr := "127.0.0.1:0"
	c := &cobra.Command{
		Use:   "view [RUN]",
		Short: "Serve all runs to a browser: reports, comparisons, profiles",
		Long: `Serves the folder of the runs: the list of them with verdict and progress, the
report of each, two of them compared, pprof's web UI for each profile with any
other as its base, and the raw files. New runs appear by themselves. It only
reads. With RUN, an ID, a label, a path or latest, the address printed is that of
its report.`,
		Example: "  collatebench view\n  collatebench view latest --open\n  collatebench view before --addr 127.0.0.1:8080",
		Args:    arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			root, page, err := viewTarget(c.Context(), out, args)
			if err != nil {
				return usageError{err}
			}
			return serveView(c, root, page, addr, open)
		},
	}
	c.Flags().Var(parsedFlag[string]{&addr, parseAddr, func(s string) string { return s }, "address"},
		"addr", "`address` to serve on; a port of 0 takes a free one")
	c.Flags().BoolVar(&open, "open", false, "open the address in a browser, too")
	c.Flags().StringVar(&out, "out", "", "`folder` of the runs (default results/runs in the module)")
	return c
}

func parseAddr(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", fmt.Errorf("%q is not an address and a port from 0 to 65535 such as 127.0.0.1:8080", s)
	}
	return s, nil
}

// viewTarget returns the folder to serve and the first page. For a run that is given by its
// path, the folder is the one that contains it.
func viewTarget(ctx context.Context, out string, args []string) (root, page string, err error) {
	if len(args) == 1 {
		run, err := findRun(ctx, "", out, args[0])
		if err != nil {
			return "", "", fmt.Errorf("RUN %w", err)
		}
		return filepath.Dir(run.Dir()), view.ReportPath(filepath.Base(run.Dir())), nil
	}
	if root = out; root == "" {
		if root, err = runner.RunsFolder(ctx, ""); err != nil {
			root = filepath.Join("results", "runs") // outside the module, as in findRun
		}
	}
	if f, err := os.Stat(root); err == nil && !f.IsDir() {
		return "", "", fmt.Errorf("--out %q: not a folder", out)
	}
	root, err = filepath.Abs(root)
	return root, "/", err
}

func serveView(c *cobra.Command, root, page, addr string, open bool) error {
	ready := false
	err := profiles.ServeUI(c.Context(), addr, view.Handler(root), func(url string) {
		ready = true
		url = strings.TrimSuffix(url, "/") + page
		fmt.Fprintf(c.OutOrStdout(), "runs in %s\n%s (until Ctrl-C)\n", relativePath(root), url)
		if open {
			openBrowser(url, c.ErrOrStderr())
		}
	})
	if listen := (*net.OpError)(nil); !ready && errors.As(err, &listen) {
		return usageError{fmt.Errorf("--addr %q: %w", addr, listen)}
	}
	return err
}

// openBrowser asks the system to open a URL. If that fails, the user still has the printed
// address.
func openBrowser(url string, notes io.Writer) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		// Not cmd's start, which takes an & in a URL as its own.
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	browser := exec.Command(name, args...)
	if err := browser.Start(); err != nil {
		fmt.Fprintf(notes, "no browser was opened: %v\n", err)
		return
	}
	go func() {
		// Do not wait for this goroutine: some openers run until the browser ends,
		// and only this message depends on them.
		if err := browser.Wait(); err != nil {
			fmt.Fprintf(notes, "no browser was opened: %s: %v\n", name, err)
		}
	}()
}
