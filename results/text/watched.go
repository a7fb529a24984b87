package text

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"collatebench/internal/spell"
	"collatebench/profiles/outside"
	"collatebench/results/evidence"
)

// maxShownThreads is how many threads are shown; the JSON has more.
const maxShownThreads = 6

// WriteWatched prints what was seen of a running process: the verdict, and the figures of cores,
// connections and threads. Errors of w are ignored.
func WriteWatched(w io.Writer, r evidence.Watched) {
	v, e := r.Verdict, r.Evidence
	fmt.Fprintln(w, strings.TrimSuffix(v.Sentence, "\n"))
	for _, m := range v.Missing[min(1, len(v.Missing)):] {
		fmt.Fprintln(w, "Missing:", m)
	}
	for _, doubt := range v.Uncertain {
		fmt.Fprintln(w, "Uncertain:", doubt)
	}
	if s := r.Stacks; s != nil && s.Missing != "" && !strings.Contains(v.Sentence, s.Missing) {
		fmt.Fprintf(w, "Functions: %s.\n", s.Missing)
	}
	fmt.Fprintf(w, "\n%s (process %d), %.1f s: %s, %s.\n", e.Command, e.PID, e.Seconds, spell.Plural(e.Processes, "process"), spell.Plural(e.Count, "thread"))
	writeCores(w, e)
	writePeers(w, e)
	writeThreads(w, e)
	if len(v.RuledOut) > 0 {
		fmt.Fprintln(w)
	}
	for _, o := range v.RuledOut {
		fmt.Fprintf(w, "ruled out: %s: %s\n", o.Cause, o.Because)
	}
	fmt.Fprintf(w, "\nThe watcher took %.1f%% of a core, for %.0f samples a second.\n", 100*e.Cost.Cores, e.Cost.Rate)
}

func writeCores(w io.Writer, e outside.Evidence) {
	fmt.Fprint(w, "Cores used at once:")
	for n, share := range e.Parallel {
		if share >= .005 {
			fmt.Fprintf(w, "  %d: %s", n, spell.Percent(share, 0))
		}
	}
	fmt.Fprintf(w, "; %.2f of %d, %.2f threads wait for one", e.Cores, e.Around.Cores, e.Waiting)
	if e.Around.Known {
		fmt.Fprintf(w, ", others use %.2f", e.Around.Others)
	}
	if q := e.Around.Quota; q > 0 {
		fmt.Fprintf(w, "; its quota of %g cores stopped it in %s of the periods", q, spell.Percent(e.Around.Throttled, 0))
	}
	fmt.Fprintln(w, ".")
	if a := e.Around; a.MemoryPSI >= shortOf || a.DiskPSI >= shortOf || a.Faults >= manyFaults {
		fmt.Fprintf(w, "Something waits for memory for %s of the time, and for the disk for %s; %.0f pages a second of the process come from the disk.\n",
			spell.Percent(a.MemoryPSI, 0), spell.Percent(a.DiskPSI, 0), a.Faults)
	}
}

// Where the machine is short of memory or waits for its disk, that is said: shares of the time, and
// major page faults a second.
const (
	shortOf    = .1
	manyFaults = 50
)

func writePeers(w io.Writer, e outside.Evidence) {
	if e.Upstream.Address == "" {
		return
	}
	fmt.Fprintln(w, "\nConnections, mean, by who is to move:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  to\tall\tconnecting\tasked\tarriving\tunread\tanswered\tspare\tunread bytes\treceived")
	for i, p := range append([]outside.Peer{e.Upstream}, e.Others...) {
		mark := ""
		if i == 0 && len(e.Others) > 0 {
			mark = " (upstream)"
		}
		fmt.Fprintf(t, "  %s%s\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%s\t%s/s\n", p.Address, mark, p.Connections, p.Connecting, p.Asked, p.Arriving, p.Unread, p.Answered, p.Spare,
			spell.Bytes(p.UnreadBytes), spell.Bytes(p.Received))
	}
	_ = t.Flush() // its error is ignored, as those of Fprintln
}

func writeThreads(w io.Writer, e outside.Evidence) {
	if len(e.Threads) == 0 {
		return
	}
	fmt.Fprintln(w, "\nThreads that ran the most, shares of the time:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  thread\tname\truns\twaits for a core")
	for _, h := range e.Threads[:min(len(e.Threads), maxShownThreads)] {
		name := h.Name
		if h.Helper {
			name += " (the runtime's own)"
		}
		fmt.Fprintf(t, "  %d\t%s\t%s\t%s\n", h.TID, name, spell.Percent(h.Cores, 0), spell.Percent(h.Waiting, 0))
	}
	_ = t.Flush()
}
