package text

import (
	"fmt"
	"io"

	"collatebench/internal/spell"
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
			lines = append(lines, []string{"  " + describeCell(c.Cell), spell.Amount(c.Throughput.Median) + formatSpread(c.Throughput) + " MB/s", spell.Amount(c.CPUs.Median) + " cpus"})
		}
		for _, line := range align(lines) {
			fmt.Fprintln(w, line)
		}
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
