package stacks

import (
	"regexp"
	"strconv"
	"strings"
)

// Bounds of what is kept of one recording, however much it has. A tree of 64 cores that are
// all busy, at 99 Hz for 2.5 s, has 16,000 samples.
const (
	maxLine    = 8 << 10 // bytes; more of a line is cut
	maxDepth   = 256     // calls of a stack, the innermost; perf itself keeps 127
	maxSamples = 1 << 17
	maxCalls   = 1 << 22 // of all stacks
	maxSites   = 1 << 18
	maxThreads = 1 << 14
)

const unknown = "[unknown]"

// A site is where a call is, as perf prints it.
type site struct {
	address uint64
	symbol  string
	module  string
}

// A sample is the stack of a thread at a moment, its innermost call first.
type sample struct {
	thread int32   // index into script.threads
	sites  []int32 // indices into script.sites
}

// A thread as perf names it.
type thread struct {
	pid, tid int
	name     string
}

// A script gathers the output of perf script, line by line, within bounds.
type script struct {
	threads  []thread
	sites    []site
	samples  []sample
	switches switches
	dropped  int64 // samples past the bounds
	lost     bool  // the kernel could not keep up

	byThread map[[2]int]int32
	bySite   map[site]int32
	calls    int
	open     *sample // the one whose calls follow
}

// The name of a thread may have anything in it, so a head is read from the right.
var header = regexp.MustCompile(`^(.*)\s+(-?\d+)/(-?\d+)\s+(?:\[\d+\]\s+)?(\d+)\.(\d+):\s*(.*)$`)

// line reads one. What is neither the head of a sample nor a call is left out.
func (s *script) line(text string) {
	if strings.TrimSpace(text) == "" {
		s.close()
		return
	}
	if call, ok := strings.CutPrefix(text, "\t"); ok && s.call(call) {
		return
	}
	m := header.FindStringSubmatch(text)
	if m == nil {
		return
	}
	s.close()
	if strings.HasPrefix(m[6], "PERF_RECORD_LOST") {
		s.lost = true
		return
	}
	at, ok := s.thread(m[1], m[2], m[3])
	if !ok {
		s.dropped++
		return
	}
	now := nanoseconds(m[4], m[5])
	switch {
	case strings.HasPrefix(m[6], "PERF_RECORD_SWITCH"):
		s.switches.note(at, now, strings.Contains(m[6], " IN"))
	case m[6] == "":
		s.switches.seen(at, now)
		s.open = &sample{thread: at}
	}
}

// close ends a sample. The last of an output that was cut is kept with the calls that
// it has.
func (s *script) close() {
	if s.open == nil {
		return
	}
	if len(s.samples) == maxSamples || s.calls+len(s.open.sites) > maxCalls {
		s.dropped++
	} else {
		s.calls += len(s.open.sites)
		s.samples = append(s.samples, *s.open)
	}
	s.open = nil
}

func (s *script) thread(name, pid, tid string) (int32, bool) {
	p, err := strconv.Atoi(pid)
	t, err2 := strconv.Atoi(tid)
	if err != nil || err2 != nil || p <= 0 || t <= 0 {
		return 0, false
	}
	at, ok := s.byThread[[2]int{p, t}]
	if !ok {
		if len(s.threads) == maxThreads {
			return 0, false
		}
		if s.byThread == nil {
			s.byThread = map[[2]int]int32{}
		}
		at = int32(len(s.threads))
		s.threads = append(s.threads, thread{p, t, ""})
		s.byThread[[2]int{p, t}] = at
	}
	s.threads[at].name = strings.TrimSpace(name) // the last: a thread gets its name after it began
	return at, true
}

// call reads "ADDRESS SYMBOL (FILE)". It returns false if the text is something else.
func (s *script) call(text string) bool {
	address, rest, ok := strings.Cut(strings.TrimLeft(text, " "), " ")
	a, err := strconv.ParseUint(address, 16, 64)
	if err != nil || !ok {
		return false
	}
	if s.open == nil || len(s.open.sites) == maxDepth {
		return true
	}
	symbol, module := callee(rest)
	if symbol == unknown && module == unknown && len(s.open.sites) > 0 {
		return true // where unwinding has gone astray
	}
	if strings.HasPrefix(module, "[kernel") || strings.HasPrefix(module, "[guest") {
		return true // its time is that of the call which went there
	}
	if at, ok := s.site(site{a, symbol, module}); ok {
		s.open.sites = append(s.open.sites, at)
	}
	return true
}

func (s *script) site(k site) (int32, bool) {
	at, ok := s.bySite[k]
	if !ok {
		if len(s.sites) == maxSites {
			return 0, false
		}
		if s.bySite == nil {
			s.bySite = map[site]int32{}
		}
		// The line that they are part of is longer.
		k.symbol, k.module = strings.Clone(k.symbol), strings.Clone(k.module)
		at = int32(len(s.sites))
		s.sites = append(s.sites, k)
		s.bySite[k] = at
	}
	return at, true
}

// callee splits "symbol (file)". Either may have blanks and brackets.
func callee(s string) (symbol, module string) {
	s = strings.TrimSpace(s)
	s, deleted := strings.CutSuffix(s, " (deleted))")
	if deleted {
		s += ")"
	}
	i := strings.LastIndex(s, " (")
	if i < 0 || !strings.HasSuffix(s, ")") {
		return s, unknown
	}
	symbol, module = s[:i], s[i+2:len(s)-1]
	if len(symbol) > maxSymbol {
		symbol = symbol[:maxSymbol]
	}
	return symbol, module
}

// nanoseconds of "69675" and "942688" or "942688123".
func nanoseconds(seconds, fraction string) int64 {
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || s > 1<<32 || len(fraction) > 9 {
		return 0
	}
	f, err := strconv.ParseInt(fraction+strings.Repeat("0", 9-len(fraction)), 10, 64)
	if err != nil {
		return 0
	}
	return s*1e9 + f
}
