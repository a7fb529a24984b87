package diagnose

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"collatebench/internal/spell"
)

// maxShown is how many groups and waits Write shows; the JSON has more.
const maxShown = 10

// Write writes the report as text: the verdict, its figures, and the groups of
// goroutines.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, strings.TrimSuffix(r.Verdict.Sentence, "\n"))
	for _, m := range r.Verdict.Missing[min(1, len(r.Verdict.Missing)):] {
		fmt.Fprintln(&b, "Missing:", m)
	}
	fmt.Fprintf(&b, "\n%.2f s, GOMAXPROCS %d: %.2f goroutines executing, %.2f runnable, %.1f waiting for an answer; %s events, %s CPU samples, %.0f%% of them garbage collection.\n",
		r.Seconds, r.Procs, r.Executing, r.Runnable, r.Network, grouped(r.Events), grouped(r.Samples), 100*r.GCShare)
	for _, doubt := range r.Verdict.Uncertain {
		fmt.Fprintln(&b, "Uncertain:", doubt)
	}
	if r.Func != nil {
		r.Func.write(&b)
	}
	if r.Section != nil {
		r.Section.write(&b)
	}
	r.writeWay(&b)
	r.writeGroups(&b)
	r.writeWaits(&b)
	r.writeRuledOut(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *Spread) write(b *strings.Builder) {
	fmt.Fprintf(b, "--func %s: %d of %d CPU samples, on %d goroutines; %.0f%% on one", f.Pattern, f.Samples, f.Of, f.Goroutines, 100*f.Most)
	if f.MostStart != "" {
		fmt.Fprintf(b, " of %s", f.MostStart)
	}
	fmt.Fprintln(b, ".")
}

func (s *Section) write(b *strings.Builder) {
	fmt.Fprintf(b, "\nSerial section: %s (%s)\n", s.Name, s.Kind)
	rows := [][2]string{
		{"busy", fmt.Sprintf("%.0f%% of the interval", 100*s.Busy)},
		{"spends its time in", strings.TrimSpace(cmp.Or(s.Function, "(no samples)") + " " + s.At)},
		{"which calls", s.Calls},
		{"in", fmt.Sprintf("%.0f%% of its %d CPU samples", 100*s.Share, s.Samples)},
		{"waiting for it", fmt.Sprintf("%.1f goroutines, %s each time", s.Waiting, spell.DurationMilli(s.WaitSec))},
		{"they wait at", strings.TrimSpace(fmt.Sprintf("%s %s (%s)", s.WaitAt, s.WaitIn, s.WaitFor))},
	}
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintf(b, "  %-19s %s\n", row[0], row[1])
		}
	}
}

// writeWay writes where the time of those goes that carry the work.
func (r Report) writeWay(b *strings.Builder) {
	if len(r.Way) == 0 {
		return
	}
	fmt.Fprintln(b, "\nWhere the time of the goroutines goes that carry the work:")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, w := range r.Way[:min(len(r.Way), maxShown)] {
		fmt.Fprintf(t, "  %.0f%%\t%s\t%s\t%s\n", 100*w.Share, w.What, w.At, w.In)
	}
	t.Flush()
}

// writeGroups writes times in seconds, without the waits of parked goroutines.
func (r Report) writeGroups(b *strings.Builder) {
	fmt.Fprintln(b, "\nGoroutines by start function, in seconds:")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  start\tcount\tparked\trunning\trunnable\tblocked")
	for _, g := range r.Groups[:min(len(r.Groups), maxShown)] {
		fmt.Fprintf(t, "  %s\t%d\t%d\t%.3f\t%.3f\t%s\n", g.Start, g.Count, g.Parked, g.Running, g.Runnable, g.Waiting())
	}
	t.Flush()
	if more := len(r.Groups) - maxShown; more > 0 {
		fmt.Fprintf(b, "  and %d groups more (--json lists them)\n", more)
	}
}

// Waiting lists the reasons of the group's waits with their seconds, the longest first.
func (g Group) Waiting() string {
	all := maps.Clone(g.Blocked)
	if g.Syscall > 0 {
		all = cmpOrMake(all)
		all["syscall"] = g.Syscall
	}
	reasons := slices.SortedFunc(maps.Keys(all), func(p, q string) int {
		return cmp.Or(cmp.Compare(all[q], all[p]), cmp.Compare(p, q))
	})
	var parts []string
	for _, reason := range reasons {
		if all[reason] >= .0005 {
			parts = append(parts, fmt.Sprintf("%s %.3f", reason, all[reason]))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "-")
}

func (r Report) writeWaits(b *strings.Builder) {
	if len(r.Waits) == 0 {
		return
	}
	fmt.Fprintln(b, "\nWhere they wait:")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  goroutines\teach\ttimes\treason\tat\tin")
	for _, w := range r.Waits[:min(len(r.Waits), maxShown)] {
		fmt.Fprintf(t, "  %.2f\t%s\t%d\t%s\t%s\t%s\n", w.Mean, spell.DurationMilli(w.Sec), w.Count, w.Reason, w.At, w.In)
	}
	t.Flush()
}

func (r Report) writeRuledOut(b *strings.Builder) {
	if len(r.Verdict.RuledOut) == 0 {
		return
	}
	fmt.Fprintln(b, "\nRuled out:")
	for _, out := range r.Verdict.RuledOut {
		fmt.Fprintf(b, "  %s: %s\n", out.Cause, out.Because)
	}
}

func cmpOrMake(m map[string]float64) map[string]float64 {
	if m == nil {
		return map[string]float64{}
	}
	return m
}

// grouped writes 78000 as 78,000.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
