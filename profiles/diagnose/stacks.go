package diagnose

import (
	"regexp"
	"slices"

	"golang.org/x/exp/trace"
)

// noMatch stands for the stacks that Options.Func does not accept.
const noMatch = -1

// maxNodes bounds the call tree: what is deeper counts for its caller.
const maxNodes = 1 << 18

// A node is a call: of a function, at a line of the caller above it.
type node struct {
	parent int32
	fn     int32 // index into functions
	line   int32 // the line within fn that was executing or calling
	work   work  // of the function, or of one above it
}

type function struct {
	name, file string
	kind       kind
}

// stacks interns the stacks of CPU samples as one tree.
type stacks struct {
	match     *regexp.Regexp
	cache     map[trace.Stack]int32 // of this generation
	roots     map[trace.Stack]root  // of this generation
	nodes     []node                // nodes[0] is the root
	byNode    map[node]int32
	functions []function
	byName    map[function]int32
	symbols   symbolizer
}

func newStacks(match *regexp.Regexp) stacks {
	return stacks{
		match: match,
		cache: map[trace.Stack]int32{}, roots: map[trace.Stack]root{}, byNode: map[node]int32{}, byName: map[function]int32{},
		nodes: []node{{parent: -1, fn: -1}},
	}
}

func (s *stacks) forget() {
	clear(s.cache)
	clear(s.roots)
}

// leaf returns the node of the stack's leaf.
func (s *stacks) leaf(stack trace.Stack) int32 {
	if n, ok := s.cache[stack]; ok {
		return n
	}
	n := s.add(s.symbols.frames(stack))
	s.cache[stack] = n
	return n
}

func (s *stacks) add(frames []trace.StackFrame) int32 {
	if s.match != nil && !slices.ContainsFunc(frames, func(f trace.StackFrame) bool { return s.match.MatchString(f.Func) }) {
		return noMatch
	}
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

// root names the function in which the stack's goroutine began; where that is
// a library's, as of errgroup, the program's own function next to it, if the
// stack has one. Not settled means that another stack may tell more.
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
		return root{} // cut by the runtime: its last frame is not the first call
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

// wrapper matches what the compiler makes of "go f(x)": the trace names it in
// some stacks, and f itself in others.
var wrapper = regexp.MustCompile(`\.gowrap\d+$`)

// maxDepth is where the runtime cuts stacks.
const maxDepth = 128
