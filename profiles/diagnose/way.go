package diagnose

import (
	"cmp"
	"slices"

	"golang.org/x/exp/trace"
)

// A Stretch is a part of the time of the goroutines that carry the work.
type Stretch struct {
	What  string  `json:"what"`         // executing, waiting for an answer, ...
	At    string  `json:"at,omitempty"` // file:line where they wait, or where the one waits for whom they wait
	In    string  `json:"in,omitempty"` // function there
	Share float64 `json:"share"`        // of their time, as far as the trace shows it
	Mean  float64 `json:"mean"`         // goroutines, mean
}

// A stretchKey tells stretches apart.
type stretchKey struct {
	what string
	at   place
}

// spellings of what a goroutine does, or waits for.
var spellings = [activities]string{
	executing:  "waiting for another goroutine to execute",
	starving:   "waiting for another goroutine that waits for a core",
	answering:  "waiting for an answer",
	dialling:   "waiting for a connection to be made",
	serving:    "waiting for a client",
	timing:     "waiting for a clock",
	calling:    "waiting for a system call",
	collecting: "waiting for the runtime",
	unknown:    "waiting for something that the trace does not show",
}

const (
	coreWait = "waiting for a core"
	turnWait = "waiting for a turn"
)

// gateSites is where goroutines wait for a turn.
func (s survey) gateSites() map[*site]bool {
	sites := map[*site]bool{}
	for _, g := range s.gates() {
		for _, at := range g.sites {
			sites[at] = true
		}
	}
	return sites
}

// way divides the time of the goroutines that carry the work: what they do themselves, and
// what their waits are charged to. The largest parts come first.
func (s survey) way() []Stretch {
	sums := map[stretchKey]trace.Time{}
	var all trace.Time
	add := func(what string, at place, d trace.Time) {
		sums[stretchKey{what, at}] += d
		all += d
	}
	turns := s.gateSites()
	for _, p := range s.groups {
		if s.work[p] < someWork {
			continue
		}
		add("executing", place{in: p.start}, s.onCore(p))
		add(coreWait, place{}, p.runnable)
		for c, d := range p.calls {
			add("in a system call", c.place, trace.Time(float64(d)*(1-c.calls.onCore(s.allSamples > 0))))
		}
		for l, e := range p.waitsInOrder() {
			switch {
			case l.site.reason == reasonOlder:
			case turns[l.site]:
				add(turnWait, l.site.place, e.time)
			case l.site.class == classPool && l.part(dialling) < mostly, l.site.class == classStream:
				add("waiting for a connection", l.site.place, e.time)
			default:
				for what := range activities {
					add(spellings[what], l.site.place, trace.Time(float64(e.time)*l.part(what)))
				}
			}
		}
	}
	var out []Stretch
	for k, d := range sums {
		if share := float64(d) / float64(max(all, 1)); share >= leastStretch {
			out = append(out, Stretch{What: k.what, At: k.at.at, In: k.at.in, Share: share, Mean: s.share(d)})
		}
	}
	slices.SortFunc(out, func(a, b Stretch) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.What, b.What), cmp.Compare(a.At, b.At))
	})
	return out
}

// leastStretch is the share from which on a part is listed.
const leastStretch = .005
