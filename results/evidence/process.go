package evidence

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"collatebench/profiles/hotspot"
	"collatebench/profiles/onecore"
	"collatebench/profiles/outside"
	"collatebench/profiles/stacks"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// Watched is what was seen of a running process, and what it says.
type Watched struct {
	Verdict  verdict.Verdict  `json:"verdict"`
	Evidence outside.Evidence `json:"evidence"`
	Held     *Held            `json:"held,omitempty"`
	Stacks   *Stacks          `json:"stacks,omitempty"`
}

// Held is what the process got done while it was held to one core, and while it was not, in
// pairs: bytes a second.
type Held struct {
	One []float64    `json:"one"`
	All []float64    `json:"all"`
	Won verdict.Gain `json:"won"` // all over one

	Around outside.Around `json:"around"` // meanwhile
}

// Stacks is where the CPU time goes.
type Stacks struct {
	By       string  `json:"by,omitempty"` // the tool that took them
	Samples  int64   `json:"samples"`
	Function string  `json:"function,omitempty"`
	At       string  `json:"at,omitempty"`
	Calls    string  `json:"calls,omitempty"`
	Share    float64 `json:"share,omitempty"`
	Inner    string  `json:"inner,omitempty"` // what Calls spends it in, if that is another library
	// InnerShare is the share of all samples that are in Inner.
	InnerShare float64 `json:"inner_share,omitempty"`
	Missing    string  `json:"missing,omitempty"` // why there is no function, and what would name it

	Hot []HotStack `json:"hot,omitempty"` // the stacks that most samples have
}

// A HotStack is a stack with its share of the samples.
type HotStack struct {
	Share  float64  `json:"share"`
	Thread string   `json:"thread"`
	Calls  []string `json:"calls"` // the outermost first
}

// Judge sets the verdict on what was seen. window is how many requests are meant to be in flight;
// 0 if nobody said.
func (w *Watched) Judge(window int) { w.Verdict = verdict.JudgeProcess(Process(*w, window)) }

// UsesCores says that it would help to know in which function the process spends its time.
func (w Watched) UsesCores() bool {
	const some = .3 // of a core: with less, stacks explain nothing
	waits := slices.ContainsFunc(w.Verdict.Causes, func(c verdict.Cause) bool {
		return c == verdict.Outside || c == verdict.NetworkBound || c == verdict.ConnectionPool
	})
	return w.Evidence.Cores >= some && !waits
}

// NewHeld turns pairs into ratios with their mean and its interval.
func NewHeld(pairs []onecore.Pair, around outside.Around) *Held {
	h := &Held{Around: around}
	for _, p := range pairs {
		h.One, h.All = append(h.One, p.One), append(h.All, p.All)
	}
	if r, err := stats.NewRatio(h.All, h.One); err == nil {
		h.Won = toGain(r)
	}
	return h
}

// maxHot bounds the stacks that a page shows.
const maxHot = 12

// NewStacks keeps of samples what a verdict and a page show.
func NewStacks(s stacks.Samples) *Stacks {
	out := &Stacks{By: strings.Join(s.How, " and "), Missing: strings.Join(s.Missing, "; ")}
	h := s.Hotspot()
	out.Function, out.At, out.Calls, out.Share, out.Samples = h.Function, h.At, h.Calls, h.Share, h.Samples
	out.Inner, out.InnerShare = h.Inner, h.InnerShare
	shares := map[string]*HotStack{}
	for _, t := range s.Threads {
		for _, stack := range t.Stacks {
			calls := shown(s, stack.Calls)
			key := t.Name + "\n" + strings.Join(calls, "\n")
			if shares[key] == nil {
				shares[key] = &HotStack{Thread: t.Name, Calls: calls}
			}
			shares[key].Share += float64(stack.Samples) / float64(max(h.Samples, 1))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(shares)) {
		out.Hot = append(out.Hot, *shares[key])
	}
	slices.SortStableFunc(out.Hot, func(a, b HotStack) int { return cmp.Compare(b.Share, a.Share) })
	out.Hot = out.Hot[:min(len(out.Hot), maxHot)]
	return out
}

// maxCalls of a stack are shown, the innermost ones.
const maxCalls = 7

// shown are the calls of a stack without those of the runtime in which it begins.
func shown(s stacks.Samples, calls []hotspot.Call) (out []string) {
	for len(calls) > 1 && s.Functions[calls[0].Function].Kind == hotspot.Runtime {
		calls = calls[1:]
	}
	if len(calls) > maxCalls {
		out, calls = append(out, "..."), calls[len(calls)-maxCalls:]
	}
	for _, c := range calls {
		out = append(out, s.Functions[c.Function].Name)
	}
	return out
}

// worked and of its busiest, shares of a core: threads that use less did no part of the work worth
// mentioning. A window of 32 threads that take turns is 3% each.
const (
	worked       = .01
	workedOfMost = .1
)

// Process turns what was seen of a process into the numbers that verdicts ask for. window is
// how many requests are meant to be in flight; 0 if nobody said.
func Process(w Watched, window int) verdict.Process {
	e := w.Evidence
	p := verdict.Process{
		Subject: subject(e), Seconds: e.Seconds, Program: e.Executable,
		Cores: e.Cores, Helpers: e.Helpers, Waiting: e.Waiting, Parallel: e.Parallel,
		Threads: e.Count, Tree: e.Processes, Allowed: float64(e.Around.Cores), Quota: e.Around.Quota,
		Upstream: peer(e.Upstream), States: e.Sockets == outside.DetailFull, UDP: e.UDP, Window: window, Opens: e.Around.Opens,
	}
	if q := e.Around.Quota; q > 0 {
		p.Allowed = min(p.Allowed, q)
		p.Stopped = verdict.Known(e.Around.Throttled)
	}
	if e.Around.Known {
		p.Others, p.Idle = verdict.Known(takenFrom(e.Around, p.Allowed)), verdict.Known(e.Around.Idle)
	}
	for _, o := range e.Others {
		p.Peers = append(p.Peers, peer(o))
	}
	threads(&p, e.Threads)
	if h := w.Held; h != nil {
		p.Held.Gain = h.Won
		if h.Around.Known {
			p.Held.Others = verdict.Known(takenFrom(h.Around, p.Allowed))
		}
	}
	if s := w.Stacks; s != nil {
		p.Section = verdict.TraceSection{Function: s.Function, At: s.At, Calls: s.Calls, Share: s.Share, Samples: s.Samples}
		p.Inner, p.InnerShare, p.Unnamed = s.Inner, s.InnerShare, s.Missing
	}
	return p
}

func subject(e outside.Evidence) string { return fmt.Sprintf("%s (process %d)", e.Command, e.PID) }

// takenFrom is what other processes leave less of what this one may use: of the cores, only what
// goes beyond those that a quota leaves free anyway.
func takenFrom(a outside.Around, allowed float64) float64 {
	left := float64(a.Cores) - a.Others
	if a.Quota > 0 {
		left = min(left, a.Quota-a.OthersQuota)
	}
	return max(0, allowed-left)
}

// threads adds those that did a part of the work: not those that a runtime has for itself.
func threads(p *verdict.Process, all []outside.Thread) {
	names := map[string]bool{}
	for _, t := range all {
		if t.Helper || t.Cores < max(worked, workedOfMost*p.Busiest.Cores) {
			continue
		}
		if p.Working == 0 {
			p.Busiest = verdict.ProcessThread{Name: t.Name, Cores: t.Cores}
		}
		p.Working++
		names[strings.TrimRight(t.Name, "0123456789-_#")] = true
		p.Alike = t.Name
	}
	if len(names) > 1 {
		p.Alike = ""
	}
}

func peer(o outside.Peer) verdict.ProcessPeer {
	return verdict.ProcessPeer{
		Address: o.Address, Connections: o.Connections, Connecting: o.Connecting, Asked: o.Asked, Arriving: o.Arriving,
		Unread: o.Unread, Answered: o.Answered, Tied: o.Tied, Spare: o.Spare, UnreadBytes: o.UnreadBytes, Received: o.Received, Requests: o.Requests, Opened: o.Opened, Fresh: o.Fresh,
		Pause: o.Pause, Pauses: o.Pauses, Prompt: o.Prompt, Awaited: o.Awaited, Multiplexed: o.Multiplexed,
	}
}
