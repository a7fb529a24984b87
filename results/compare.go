package results

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"collatebench/bench"
)

// Compare prints benchstat's tables of two runs side by side: one for each
// unit, a row for each cell that both have, named by what varies. It says which
// cells only one has, and what beside the code differs between the runs.
func Compare(ctx context.Context, w io.Writer, old, new *Run) error {
	cells, err := commonCells(old, new)
	if err != nil {
		return err
	}
	for _, r := range []*Run{old, new} {
		if err := r.readyToCompare(); err != nil {
			return err
		}
	}
	program, err := findBenchstat(ctx)
	if err != nil {
		return err
	}
	labels := columnLabels(old, new)
	for i, r := range []*Run{old, new} {
		fmt.Fprintf(w, "%s: run %s, %s\n", labels[i], r.info.ID, origin(r.info))
	}
	for _, d := range differences(old.info, new.info) {
		fmt.Fprintf(w, "warning: %s\n", d)
	}
	alone := [2][]string{onlyIn(old, new), onlyIn(new, old)}
	for i, names := range alone {
		if len(names) > 0 {
			fmt.Fprintf(w, "only in %s: %s\n", labels[i], firstFew(names))
		}
	}
	fmt.Fprintf(w, "in all rows: %s; MB/s are shown as B/s (1 Mi is 1048576), ns as sec\n", strings.Join(shared(cells), " "))
	files := []string{"--", labels[0] + "=" + old.BenchPath(), labels[1] + "=" + new.BenchPath()}
	filter := noControls + without(slices.Concat(alone[:]...))
	for _, units := range []string{headlines, "-" + headlines} {
		args := slices.Concat([]string{"-table", tables(cells), "-row", ".fullname", "-ignore", ignored(cells), "-filter", filter + " " + units}, files)
		out, doubts, err := program.run(ctx, "", args...)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s", out)
		if doubts != "" {
			fmt.Fprintln(w, doubts)
		}
	}
	return nil
}

// An IncomparableError says that two runs are whole and can't be compared.
type IncomparableError struct{ reason string }

func (e *IncomparableError) Error() string { return e.reason }

// readyToCompare makes bench.txt say what the ledger does.
func (r *Run) readyToCompare() error {
	samples, err := r.Samples()
	if err != nil {
		return err
	}
	if len(completeRounds(r.info, samples)) == 0 {
		return fmt.Errorf("run %s: no round is complete", r.info.ID)
	}
	return r.WriteBench()
}

// commonCells are the cells of both, A/A controls left out, in the new run's order.
func commonCells(old, new *Run) ([]bench.Cell, error) {
	cells, err := parseCells(new.info.Cells)
	if err != nil {
		return nil, err
	}
	cells = slices.DeleteFunc(cells, func(c bench.Cell) bool {
		return c.AA != "" || !slices.Contains(old.info.Cells, c.Name())
	})
	if len(cells) == 0 {
		return nil, &IncomparableError{fmt.Sprintf("runs %s and %s have no cell in common", old.info.ID, new.info.ID)}
	}
	return cells, nil
}

func onlyIn(r, other *Run) []string {
	var out []string
	for _, name := range r.info.Cells {
		if c, err := bench.ParseCell(name); err == nil && c.AA == "" && !slices.Contains(other.info.Cells, name) {
			out = append(out, name)
		}
	}
	return out
}

// without is the part of a filter that leaves cells out.
func without(names []string) string {
	if len(names) == 0 {
		return ""
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		c, _ := bench.ParseCell(name) // it is a cell of a run
		quoted[i] = fmt.Sprintf("(client:%s .fullname:%q)", c.Client, linePrefix+c.Benchmark())
	}
	return " -(" + strings.Join(quoted, " OR ") + ")"
}

// tables puts each client's cells in a table of their own: two may have a cell
// of the same name.
func tables(cells []bench.Cell) string {
	if d := bench.Dimensions()[0]; d.Config && Varies(d, cells) {
		return benchKey(d)
	}
	return ""
}

// ignored lists the keys that would say the same in every row.
func ignored(cells []bench.Cell) string {
	var keys []string
	for _, d := range bench.Dimensions() {
		if !d.Hidden && !Varies(d, cells) {
			keys = append(keys, benchKey(d))
		}
	}
	return strings.Join(keys, ",")
}

// shared lists the values that all cells have, defaults left out as in names.
func shared(cells []bench.Cell) []string {
	var out []string
	for _, d := range bench.Dimensions() {
		v := d.Of(cells[0])
		switch {
		case d.Hidden || Varies(d, cells):
		case d.Suffix:
			out = append(out, "GOMAXPROCS="+v)
		case d.Core || v != d.Default:
			out = append(out, d.Name+"="+v)
		}
	}
	return out
}

// columnLabels are the runs' labels where they tell them apart, else their IDs.
func columnLabels(old, new *Run) [2]string {
	a, b := old.info, new.info
	switch {
	case a.Label != b.Label && a.Label != "" && b.Label != "":
		return [2]string{a.Label, b.Label}
	case a.ID != b.ID:
		return [2]string{a.ID, b.ID}
	default:
		return [2]string{"old", "new"}
	}
}

func origin(info Info) string {
	commit := "commit unknown"
	if info.Commit != "" {
		commit = "commit " + info.Commit
	}
	return commit + ", " + info.Started.Format("2006-01-02 15:04")
}

// differences lists what shapes the numbers beside the code that is measured.
// What is part of a cell's name cannot differ between cells of one name, unless
// the defaults, which names leave out, were not the same.
func differences(old, new Info) []string {
	var out []string
	for _, row := range []struct{ what, old, new string }{
		{"systems", old.Machine.OS + "/" + old.Machine.Arch, new.Machine.OS + "/" + new.Machine.Arch},
		{"CPUs", old.Machine.CPU, new.Machine.CPU},
		{"cores", fmt.Sprint(old.Machine.Cores), fmt.Sprint(new.Machine.Cores)},
		{"kernels", old.Machine.Kernel, new.Machine.Kernel},
		{"versions of Go", old.Go, new.Go},
		{"upstreams", upstreamOf(old), upstreamOf(new)},
		{"bodies", bodiesOf(old), bodiesOf(new)},
	} {
		if row.old != row.new {
			out = append(out, fmt.Sprintf("the %s differ: %s, then %s", row.what, orUnknown(row.old), orUnknown(row.new)))
		}
	}
	for _, d := range bench.Dimensions() {
		a, b := old.Defaults[d.Name], new.Defaults[d.Name]
		if a != b && a != "" && b != "" {
			out = append(out, fmt.Sprintf("the defaults of %s differ, which names leave out: %s, then %s", d.Name, a, b))
		}
	}
	return out
}

func upstreamOf(info Info) string {
	if info.Upstream == "" {
		return "our own"
	}
	return info.Upstream
}

func bodiesOf(info Info) string {
	if len(info.Bodies) == 0 {
		return "made ones"
	}
	var out []string
	for _, b := range info.Bodies {
		out = append(out, fmt.Sprintf("%.8s", b.SHA256))
	}
	return strings.Join(out, " ")
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
