package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"collatebench/bench/peers"
)

// checkPeer runs the contract's script and prints what it found: a line a
// rule, as each ends.
func checkPeer(c *cobra.Command, f *peerFlags) error {
	for _, name := range changedFlags(c) {
		if name != "check" {
			return usageError{fmt.Errorf("--%s has no effect with --check, which runs the contract's own script", name)}
		}
	}
	program, err := findProgram(f.check)
	if err != nil {
		return usageError{fmt.Errorf("--check %q: %w", f.check, err)}
	}
	client, err := peers.Describe(c.Context(), []string{program})
	if err != nil {
		return usageError{fmt.Errorf("--check %q: %w", f.check, err)}
	}
	out := c.OutOrStdout()
	fmt.Fprintf(out, "%s: client %s, %s\n", f.check, client.Name, client.Runtime)
	broken := 0
	findings, err := peers.Check(c.Context(), client, peers.CheckOptions{Said: func(found peers.Finding) {
		mark := "ok  "
		if !found.OK {
			mark = "FAIL"
			broken++
		}
		fmt.Fprintf(out, "%s  %-18s %s: %s\n", mark, found.Subject, found.Rule, found.Says)
	}})
	if err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("--check %q: %d of %d checks failed; the contract is in bench/peers/README.md", f.check, broken, len(findings))
	}
	fmt.Fprintf(out, "%s keeps the contract: %d checks\n", client.Name, len(findings))
	return nil
}

// findProgram is the absolute path of a program that was named as a shell
// takes it.
func findProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// listPeers prints which clients there are and what each placement does.
func listPeers(c *cobra.Command, f *peerFlags) error {
	for _, name := range changedFlags(c) {
		if name != "list" && name != "client" && name != "source" {
			return usageError{fmt.Errorf("--%s has no effect with --list, which runs nothing", name)}
		}
	}
	team, err := assemblePeers(c, f)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "client\tplacement\torder\twho decodes")
	for _, o := range team.Clients {
		for _, p := range o.Placements {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", o.Name, p.Name, p.Order, p.About)
		}
	}
	return w.Flush()
}
