package results

import (
	"collatebench/bench"
	"collatebench/results/verdict"
)

// Peers is what a run that compares clients has beside other runs.
type Peers struct {
	Clients []Peer         `json:"clients"`            // in table order, Go's first
	LeftOut []string       `json:"left_out,omitempty"` // a line each: which client, and how to get it
	Ops     map[string]int `json:"ops"`                // of a sample, by cell: as many as fill its time
}

// A Peer is a client and how it is run.
type Peer struct {
	Client  bench.ClientName  `json:"client"`
	Runtime string            `json:"runtime"`           // of its language and its libraries, in its own words
	Command []string          `json:"command,omitempty"` // none for Go's, which is the compiled benchmark
	Codecs  map[string]string `json:"codecs,omitempty"`  // by name, the library
}

// A doubling is a cell and the one with twice its window.
type doubling struct{ cell, twice bench.Cell }

// doublings pairs the cells, in table order.
func doublings(cells []bench.Cell) []doubling {
	there := map[bench.Cell]bool{}
	for _, c := range cells {
		there[c] = true
	}
	var out []doubling
	for _, c := range cells {
		twice := c
		twice.Window *= 2
		if !there[twice] || c.AA != "" {
			continue
		}
		out = append(out, doubling{c, twice})
	}
	return out
}

// external gathers what was seen of a cell from outside: means over the
// complete rounds.
func (d data) external(p doubling, info Info) verdict.External {
	e := verdict.External{Workers: p.cell.Procs, Cores: info.Machine.Cores, Window: p.cell.Window, Others: d.others(p.cell)}
	var once, twice []float64
	var sum, doubled External
	for _, round := range d.rounds {
		a, b := round.Samples[d.names[p.cell]].External, round.Samples[d.names[p.twice]].External
		if a == nil || b == nil || a.Responses == 0 || b.Responses == 0 {
			continue
		}
		once, twice = append(once, a.Responses/a.Seconds), append(twice, b.Responses/b.Seconds)
		sum, doubled = sum.plus(*a), doubled.plus(*b)
	}
	if len(once) == 0 {
		return e
	}
	if e.Blind = sum.Looked == 0 || doubled.Looked == 0; !e.Blind {
		e.CPUs, e.CPUsDoubled = sum.CPU/sum.Looked, doubled.CPU/doubled.Looked
	}
	e.Queued, e.InFlight = sum.Queue/sum.Seconds, sum.InFlight/sum.Seconds
	if info.shared() {
		e.Upstream = sum.Upstream / sum.Seconds
	}
	if r, err := NewRatio(twice, once); err == nil {
		e.Growth = r.gain()
	}
	return e
}

func (e External) plus(o External) External {
	return External{
		Seconds: e.Seconds + o.Seconds, CPU: e.CPU + o.CPU, Looked: e.Looked + o.Looked, Upstream: e.Upstream + o.Upstream,
		Responses: e.Responses + o.Responses, Queue: e.Queue + o.Queue, InFlight: e.InFlight + o.InFlight,
	}
}
