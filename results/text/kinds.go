package text

import (
	"fmt"
	"io"

	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/stats"
)

// writeKinds says of what machines the figures are, and lists the throughput on those of other
// kinds, which the tables leave out.
func (p printer) writeKinds(w io.Writer) {
	for i, k := range p.Kinds {
		fmt.Fprintf(w, "%s: %s (%s)\n", kindMachines(k), k.Kind, spell.Plural(k.Rounds, "round"))
		if i == 0 {
			continue // in the tables
		}
		var lines [][]string
		for _, c := range k.Cells {
			lines = append(lines, []string{"  " + describeCell(c.Cell), spell.Amount(c.Throughput.Median) + " " + formatSpread(c.Throughput) + " MB/s", spell.Amount(c.CPUs.Median) + " cpus"})
		}
		for _, line := range align(lines) {
			fmt.Fprintln(w, line)
		}
	}
	told := p.machineDoubts()
	for _, line := range told[:min(len(told), maxFlagsShown)] {
		fmt.Fprintf(w, "doubt: %s\n", line)
	}
	if n := len(told) - maxFlagsShown; n > 0 {
		fmt.Fprintf(w, "doubt: %s more of single machines, in report/%s\n", spell.Plural(n, "ratio"), results.SummaryFile)
	}
	if len(p.Kinds) > 1 {
		fmt.Fprintf(w, "doubt: the machines are of %d kinds: ratios are of all of them, MB/s and cpus in the tables of the first kind alone\n", len(p.Kinds))
	}
}

// kindMachines names the machines of a kind: "3 machines, a, b and c".
func kindMachines(k stats.Kind) string {
	if len(k.Hosts) == 1 {
		return "machine " + k.Hosts[0]
	}
	return spell.Plural(len(k.Hosts), "machine") + " " + spell.FirstFew(k.Hosts)
}

// machineDoubts say of the ratios of several machines what single ones show, and where these are few.
func (p printer) machineDoubts() []string {
	var out []string
	add := func(cell string, r stats.Ratio) {
		for _, d := range r.Doubts {
			if r.Machines > 1 {
				out = append(out, fmt.Sprintf("%s: %s", describeCell(cell), d))
			}
		}
	}
	for _, r := range p.Ratios {
		add(r.Cell, r.Ratio)
	}
	for _, r := range p.Versions {
		add(r.Cell, r.Ratio)
	}
	return out
}
