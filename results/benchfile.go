package results

import (
	"bytes"
	"fmt"
	"path/filepath"

	"collatebench/bench"
	"collatebench/internal/wholefile"
)

// BenchPath returns where bench.txt is, or will be.
func (r *Run) BenchPath() string { return filepath.Join(r.dir, BenchFile) }

// WriteBench writes bench.txt, in Go's benchmark format, from the ledger. It has the
// lines of the complete rounds as they were printed, cell by cell in table order:
// benchstat keeps the order that it reads. A file that already has this content is
// not written again.
func (r *Run) WriteBench() error {
	samples, err := r.Samples()
	if err != nil {
		return err
	}
	content := benchText(r.info, samples)
	if there, err := r.ReadFile(BenchFile, MaxDerived); err == nil && bytes.Equal(there, content) {
		return nil
	}
	return wholefile.Write(r.BenchPath(), content)
}

func benchText(info Info, samples []Sample) []byte {
	var b bytes.Buffer
	writeConfig(&b, info.Machine)
	b.WriteByte('\n')
	writeUnits(&b)
	b.WriteByte('\n')
	rounds := CompleteRounds(info, samples)
	at := bench.Cell{Client: bench.Go} // as the header says
	for _, name := range info.Cells {
		if c, err := bench.ParseCell(name); err == nil {
			changeConfig(&b, at, c)
			at = c
		}
		for _, round := range rounds {
			if s, there := round.Samples[name]; there { // a cell that joined later is not in the first rounds
				fmt.Fprintln(&b, s.Line)
			}
		}
	}
	return b.Bytes()
}

// changeConfig writes the config lines in which a cell differs from the one before it:
// what tells cells apart whose lines have one name. A run of one version has no line of
// it, as older runs.
func changeConfig(b *bytes.Buffer, from, to bench.Cell) {
	changed := ""
	if to.Client != from.Client {
		changed += fmt.Sprintf("client: %s\n", to.Client)
	}
	if to.Rev != from.Rev {
		changed += fmt.Sprintf("rev: %s\n", to.Rev)
	}
	if changed != "" {
		fmt.Fprintf(b, "\n%s\n", changed)
	}
}

// writeConfig writes the keys by which plain benchstat splits its tables. So it leaves
// out what varies between samples, and what two runs are compared for, such as the
// commit or the version of Go.
func writeConfig(b *bytes.Buffer, m Machine) {
	for _, c := range []struct{ key, value string }{
		{"goos", m.OS}, {"goarch", m.Arch}, {"pkg", "collatebench/bench"}, {"cpu", m.CPU}, {"client", string(bench.Go)},
	} {
		if v := oneLine(c.value); v != "" {
			fmt.Fprintf(b, "%s: %s\n", c.key, v)
		}
	}
}

func writeUnits(b *bytes.Buffer) {
	for _, u := range append(TestingUnits(), bench.Units()...) {
		if u.Better != "" {
			fmt.Fprintf(b, "Unit %s better=%s\n", u.Name, u.Better)
		}
	}
}

// TestingUnits returns the units of package testing, which [bench.Units] leaves out.
func TestingUnits() []bench.Unit {
	return []bench.Unit{
		{Name: "ns/op", Better: "lower"},
		{Name: Throughput, Better: "higher"},
		{Name: "B/op", Better: "lower"},
		{Name: "allocs/op", Better: "lower"},
	}
}
