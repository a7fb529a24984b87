package diagnose

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/google/pprof/profile"
	"golang.org/x/exp/trace"
)

// A PathSample is goroutine-seconds of those that carry the work, at one stack.
type PathSample struct {
	Stack   []Frame // the leaf first
	What    string  // as in a [Stretch]
	Seconds float64
}

// A Frame is one call of a stack.
type Frame struct {
	Function, File string
	Line           int64
}

// path lists what the goroutines do that carry the work, and what their waits are charged
// to. In a wait the leaf is what was waited for, and the frames below it are where.
func (s survey) path() []PathSample {
	var out []PathSample
	add := func(stack []Frame, what string, d trace.Time) {
		if d > 0 {
			out = append(out, PathSample{stack, what, toSeconds(d)})
		}
	}
	turns := s.gateSites()
	for _, p := range s.groups {
		if s.work[p] < someWork {
			continue
		}
		start := Frame{Function: p.start}
		s.executed(p, add)
		add([]Frame{{Function: "[" + coreWait + "]"}, start}, coreWait, p.runnable)
		for c, d := range p.calls {
			add(s.below("[in a system call]", c), "in a system call", trace.Time(float64(d)*(1-c.calls.onCore(s.allSamples > 0))))
		}
		for l, e := range p.waitsInOrder() {
			if turns[l.site] {
				add(s.below("["+turnWait+"]", l.site), turnWait, e.time)
				continue
			}
			for what := range activities {
				add(s.below("["+spellings[what]+"]", l.site), spellings[what], trace.Time(float64(e.time)*l.part(what)))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b PathSample) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.What, b.What), slices.CompareFunc(a.Stack, b.Stack, func(f, g Frame) int {
			return cmp.Or(cmp.Compare(f.Function, g.Function), cmp.Compare(f.Line, g.Line))
		}))
	})
	return out
}

// executed adds the CPU samples of a group, scaled to the time that it executed.
func (s survey) executed(p *group, add func([]Frame, string, trace.Time)) {
	on := s.onCore(p)
	if p.sampleCount == 0 {
		add([]Frame{{Function: p.start}}, "executing", on)
		return
	}
	for leaf, n := range p.samples {
		var stack []Frame
		for at := leaf; at > 0; at = s.stacks.nodes[at].parent {
			f := s.stacks.functions[s.stacks.nodes[at].fn]
			stack = append(stack, Frame{f.name, f.file, int64(s.stacks.nodes[at].line)})
		}
		add(stack, "executing", trace.Time(float64(on)*float64(n)/float64(p.sampleCount)))
	}
}

// below is the stack of a site with a frame on top that says what happens there.
func (s survey) below(what string, at *site) []Frame {
	return append([]Frame{{Function: what}}, at.frames...)
}

// WriteProfile writes the path as a pprof profile: seconds by stack, with a label "doing".
// In a wait the leaf is what it was charged to, in brackets.
func (r Report) WriteProfile(w io.Writer) error {
	p := &profile.Profile{
		SampleType:        []*profile.ValueType{{Type: "time", Unit: "nanoseconds"}},
		DefaultSampleType: "time",
		PeriodType:        &profile.ValueType{Type: "time", Unit: "nanoseconds"},
		Period:            1,
		DurationNanos:     int64(r.Seconds * float64(time.Second)),
	}
	functions := map[Frame]*profile.Location{}
	for _, s := range r.Path {
		sample := &profile.Sample{Value: []int64{int64(s.Seconds * float64(time.Second))}, Label: map[string][]string{"doing": {s.What}}}
		for _, f := range s.Stack {
			l := functions[f]
			if l == nil {
				fn := &profile.Function{ID: uint64(len(p.Function) + 1), Name: f.Function, SystemName: f.Function, Filename: f.File}
				l = &profile.Location{ID: uint64(len(p.Location) + 1), Line: []profile.Line{{Function: fn, Line: f.Line}}}
				p.Function, p.Location = append(p.Function, fn), append(p.Location, l)
				functions[f] = l
			}
			sample.Location = append(sample.Location, l)
		}
		p.Sample = append(p.Sample, sample)
	}
	if err := p.CheckValid(); err != nil {
		return err
	}
	return p.Write(w)
}

// framesOf keeps the frames of a stack.
func framesOf(frames []trace.StackFrame) []Frame {
	out := make([]Frame, 0, len(frames))
	for _, f := range frames {
		out = append(out, Frame{f.Func, f.File, int64(f.Line)})
	}
	return slices.Clip(out)
}
