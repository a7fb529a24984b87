package diagnose

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/exp/trace"
)

// maxNodes bounds the call tree. A call past it counts as its caller.
const maxNodes = 1 << 18

// A node is a function of the call tree, at one line, called by its parent.
type node struct {
	parent int32
	fn     int32 // index into functions
	line   int32 // of fn, where it runs or calls the next node
	work   work  // of fn, or of the nearest caller that has one
}

type function struct {
	name, file string
	kind       kind
}

// stacks holds the stacks of all CPU samples as one call tree.
type stacks struct {
	match     *regexp.Regexp
	cache     map[trace.Stack]leafNode // of this generation
	roots     map[trace.Stack]root     // of this generation
	nodes     []node                   // nodes[0] is the root
	byNode    map[node]int32
	functions []function
	byName    map[function]int32
	symbols   *symbolizer
}

func newStacks(match *regexp.Regexp, symbols *symbolizer) stacks {
	return stacks{
		symbols: symbols,
		match:   match,
		cache:   map[trace.Stack]leafNode{}, roots: map[trace.Stack]root{}, byNode: map[node]int32{}, byName: map[function]int32{},
		nodes: []node{{parent: -1, fn: -1}},
	}
}

func (s *stacks) forget() {
	clear(s.cache)
	clear(s.roots)
}

// leaf returns the index of the node that stands for the whole stack, and whether
// Options.Func keeps it.
func (s *stacks) leaf(stack trace.Stack) (at int32, kept bool) {
	l, ok := s.cache[stack]
	if !ok {
		frames := s.symbols.frames(stack)
		l = leafNode{s.add(frames), s.match == nil || slices.ContainsFunc(frames, func(f trace.StackFrame) bool { return s.match.MatchString(f.Func) })}
		s.cache[stack] = l
	}
	return l.at, l.kept
}

type leafNode struct {
	at   int32
	kept bool
}

func (s *stacks) add(frames []trace.StackFrame) int32 {
	at := int32(0)
	for _, f := range slices.Backward(frames) {
		fn := s.function(f)
		work := s.nodes[at].work
		if work == workOther {
			work = workOf(f.Func)
		}
		n := node{at, fn, int32(f.Line), work}
		next, ok := s.byNode[n]
		if !ok {
			if len(s.nodes) == maxNodes {
				break
			}
			next = int32(len(s.nodes))
			s.nodes = append(s.nodes, n)
			s.byNode[n] = next
		}
		at = next
	}
	return at
}

func (s *stacks) function(f trace.StackFrame) int32 {
	k := function{f.Func, f.File, s.symbols.kind(f.Func, f.File)}
	id, ok := s.byName[k]
	if !ok {
		id = int32(len(s.functions))
		s.functions = append(s.functions, k)
		s.byName[k] = id
	}
	return id
}

// root names the function in which the stack's goroutine began. If that is a
// library's, such as errgroup's, it is the program's own function nearest to it.
// Settled is false if the stack has none: another stack may have one.
func (s *stacks) root(stack trace.Stack) (name string, settled bool) {
	if r, ok := s.roots[stack]; ok {
		return r.name, r.settled
	}
	r := s.findRoot(s.symbols.frames(stack))
	s.roots[stack] = r
	return r.name, r.settled
}

type root struct {
	name    string
	settled bool
}

func (s *stacks) findRoot(frames []trace.StackFrame) root {
	if len(frames) == 0 || len(frames) >= maxDepth {
		return root{} // the runtime cut it: its last frame is not where the goroutine began
	}
	for _, f := range slices.Backward(frames) {
		if wrapper.MatchString(f.Func) {
			continue
		}
		if slices.ContainsFunc(transports, func(t string) bool { return strings.HasPrefix(f.Func, t) }) {
			return root{f.Func, false}
		}
		break
	}
	for _, f := range slices.Backward(frames) {
		if s.symbols.kind(f.Func, f.File) == kindOwn && !wrapper.MatchString(f.Func) {
			return root{f.Func, true}
		}
	}
	for _, f := range slices.Backward(frames) {
		if f.Func != "runtime.main" && !wrapper.MatchString(f.Func) {
			return root{f.Func, false}
		}
	}
	return root{frames[len(frames)-1].Func, false}
}

// transports is what the goroutines of connections begin in. They are the library's, also where
// they call the program's code, which may wrap a connection or dial one.
var transports = []string{
	"net/http.(*persistConn).", "net/http.(*Transport).", "net/http.(*http2ClientConn).", "net/http.(*http2clientStream).",
	"golang.org/x/net/http2.(*ClientConn).", "golang.org/x/net/http2.(*clientStream).", "google.golang.org/grpc/internal/transport.(*http2Client).",
}

// wrapper matches the function that the compiler makes of "go f(x)". Some stacks
// have it, others have f in its place.
var wrapper = regexp.MustCompile(`\.gowrap\d+$`)

// maxDepth is the number of frames at which the runtime cuts stacks.
const maxDepth = 128

// A work is what a CPU sample was spent on, as far as a verdict asks for it.
type work uint8

const (
	workOther   work = iota
	workCollect      // collecting garbage
	workDial         // dialling connections, with their TLS handshakes
	workSpin         // asking again and again for what is not there yet
	workSwitch       // waiting, waking, and choosing what runs next
	works
)

// byWork counts samples.
type byWork [works]int64

func (b byWork) sum() (n int64) {
	for _, k := range b {
		n += k
	}
	return n
}

func (b byWork) share(w work) float64 { return float64(b[w]) / float64(b.sum()) }

// workOf is the work that a function and its callees do.
func workOf(function string) work {
	switch function {
	case "runtime.bgscavenge", "runtime.bgsweep", "runtime.gcAssistAlloc", "runtime.gcBgMarkWorker",
		"runtime.gcDrain", "runtime.gcMarkDone", "runtime.gcMarkTermination", "runtime.gcStart",
		"runtime.gcWriteBarrier", "runtime.wbBufFlush":
		return workCollect
	case "net/http.(*Transport).dialConnFor", "net/http.(*persistConn).addTLS.func2", // runs the handshake in a goroutine of its own
		"net.(*Dialer).DialContext", "crypto/tls.(*Conn).handshakeContext", "crypto/tls.(*Conn).clientHandshake":
		return workDial
	case "runtime.Gosched", "runtime.goschedImpl", "runtime.gosched_m", "runtime.procyield", "sync.runtime_doSpin",
		"internal/sync.runtime_doSpin", "runtime.osyield":
		return workSpin
	case "runtime.schedule", "runtime.findRunnable", "runtime.mcall", "runtime.park_m", "runtime.gopark",
		"runtime.goready", "runtime.ready", "runtime.chansend", "runtime.chanrecv",
		"runtime.selectgo", "runtime.semacquire1", "runtime.semrelease1", "runtime.wakep", "runtime.execute",
		"runtime.notetsleep_internal", "runtime.futex":
		return workSwitch
	}
	return workOther
}
