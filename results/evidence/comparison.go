package evidence

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// A Comparison is two runs compared, from which every form of it is made: the terminal's,
// JSON, Markdown, CSV and the page.
type Comparison struct {
	stats.Versus
	// Causes has an entry for each cell that changed, if both runs have the evidence for a
	// verdict on it.
	Causes []CauseChange   `json:"causes,omitempty"`
	Gate   *stats.Decision `json:"gate,omitempty"` // nil if none was asked for
}

// A CauseChange is what held a changed cell back before and after.
type CauseChange struct {
	Cell string          `json:"cell"`
	Old  []verdict.Cause `json:"old"` // empty if no cause was named
	New  []verdict.Cause `json:"new"`
	// Change is how much faster or slower the cell is beside the drift: "1.6x slower".
	Change string `json:"change"`
}

// Compare compares two runs, as [stats.CompareRuns] does, and adds what their studies differ
// in and the causes.
func Compare(old, new *results.Run) (Comparison, error) {
	v, err := stats.CompareRuns(old, new)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{Versus: v}
	clients, err := differentClients(old.Info(), new.Info())
	if err != nil {
		return Comparison{}, err
	}
	c.Differences = append(c.Differences, clients...)
	if !slices.ContainsFunc(c.Cells, func(c stats.VersusCell) bool { return c.Change != stats.NoChange }) {
		return c, nil
	}
	before, err := judgesOf(old)
	if err != nil {
		return Comparison{}, err
	}
	after, err := judgesOf(new)
	if err != nil {
		return Comparison{}, err
	}
	for _, cell := range c.Cells {
		if cell.Change == stats.NoChange {
			continue
		}
		was, knownOld := before(cell.Cell)
		is, knownNew := after(cell.Cell)
		if knownOld && knownNew {
			c.Causes = append(c.Causes, CauseChange{cell.Cell, was, is, Times(cell.Beside.Mean)})
		}
	}
	return c, nil
}

// judgesOf returns what judges a cell of a run by its evidence; false if there is none.
func judgesOf(run *results.Run) (func(name string) ([]verdict.Cause, bool), error) {
	info := run.Info()
	samples, err := run.Samples()
	if err != nil {
		return nil, err
	}
	v, err := stats.NewValues(info, samples)
	if err != nil {
		return nil, err
	}
	var clients []Observed
	if info.ComparesClients() {
		clients = Observe(v, info)
	}
	return func(name string) ([]verdict.Cause, bool) {
		c, err := bench.ParseCell(name)
		if err != nil || info.Program != nil { // of which the whole study is judged, not a cell
			return nil, false
		}
		var said verdict.Verdict
		if !info.ComparesClients() {
			said = verdict.Observe(Probes(v, c, info))
		}
		for _, o := range clients {
			if o.Cell == c {
				said = o.Verdict
			}
		}
		return said.Causes, len(said.Causes)+len(said.RuledOut) > 0
	}, nil
}

// differentClients lists in what the clients of two runs differ. Another program is another
// thing; another version of a client is what may be compared.
func differentClients(old, new results.Info) ([]stats.Difference, error) {
	var out []stats.Difference
	add := func(what, a, b string, meaningless bool) {
		if a != b {
			out = append(out, stats.Difference{What: what, Old: a, New: b, Meaningless: meaningless})
		}
	}
	var programs [2]string
	var clients [2][]Peer
	for i, info := range []results.Info{old, new} {
		p, err := ReadProgram(info)
		if err != nil {
			return nil, err
		}
		if p != nil {
			programs[i] = shellescape.QuoteCommand(p.Command)
		}
		peers, err := ReadPeers(info)
		if err != nil {
			return nil, err
		}
		if peers != nil {
			clients[i] = peers.Clients
		}
	}
	add("programs", programs[0], programs[1], true)
	for _, was := range clients[0] {
		for _, is := range clients[1] {
			if was.Client == is.Client && was.Client != bench.Go { // of Go the versions are compared already
				add("versions of the "+string(was.Client)+" client", was.Runtime, is.Runtime, false)
			}
		}
	}
	return out, nil
}

// Times spells a ratio of throughputs: "1.6x slower".
func Times(ratio float64) string {
	times, way := ratio, "faster"
	if ratio < 1 {
		times, way = 1/ratio, "slower"
	}
	if math.IsInf(times, 0) || times >= 9.95 {
		return fmt.Sprintf("%.0fx %s", times, way)
	}
	if times < 1.1 {
		return fmt.Sprintf("%.2fx %s", times, way)
	}
	return fmt.Sprintf("%.1fx %s", times, way)
}

// Say spells the change with the causes, each between quotes: "1.6x slower: serialised, was
// cpu-saturated".
func (c CauseChange) Say(quote string) string {
	names := func(causes []verdict.Cause) string {
		return quote + strings.Join(spell.Strings(causes), quote+" and "+quote) + quote
	}
	switch {
	case len(c.Old)+len(c.New) == 0:
		return c.Change + ": no cause is named in either run"
	case slices.Equal(c.Old, c.New):
		return c.Change + ": still " + names(c.New)
	case len(c.New) == 0:
		return c.Change + ": no cause is named any more, was " + names(c.Old)
	case len(c.Old) == 0:
		return c.Change + ": " + names(c.New) + ", where no cause was named"
	}
	return c.Change + ": " + names(c.New) + ", was " + names(c.Old)
}

// CauseOf returns the cause of a cell's change; false if it is not known.
func (c Comparison) CauseOf(cell string) (CauseChange, bool) {
	i := slices.IndexFunc(c.Causes, func(x CauseChange) bool { return x.Cell == cell })
	if i < 0 {
		return CauseChange{}, false
	}
	return c.Causes[i], true
}

// JSON returns the comparison as a document.
func (c Comparison) JSON() ([]byte, error) { return indented(c) }
