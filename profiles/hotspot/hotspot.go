// Package hotspot names the function in which samples of a program spend their time:
//
//	functions := []hotspot.Function{
//		{Name: "main.worker", File: "/app/main.go", Kind: hotspot.Own},
//		{Name: "main.merge", File: "/app/merge.go", Kind: hotspot.Own},
//		{Name: "encoding/json.Unmarshal", File: "/go/src/encoding/json/decode.go", Kind: hotspot.Library},
//	}
//	stacks := []hotspot.Stack{
//		{Calls: []hotspot.Call{{Function: 0, Line: 37}, {Function: 2, Line: 101}}, Samples: 8},
//		{Calls: []hotspot.Call{{Function: 0, Line: 40}, {Function: 1, Line: 12}}, Samples: 2},
//	}
//	h := hotspot.Find(stacks, func(id int32) hotspot.Function { return functions[id] })
//	fmt.Printf("%.0f%% in %s, called at %s (%s)\n", 100*h.Share, h.Calls, h.At, h.Function)
//
// It follows the call tree down while one function has most of the samples. On that path it
// names the deepest function of the program's own, and what it calls. Not the deepest of
// all: the inside of a library changes with the input.
//
// It does not know where the samples come from, nor how their functions were told apart.
package hotspot

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// share is the least share of the samples that a function must have to be named: one with
// less does not explain them. It is more than a half, so there is one such at most.
const share = .6

// A Kind of code tells by whom it was written.
type Kind uint8

const (
	Runtime Kind = iota // what the language needs to run at all: it is not named where there is anything else
	Library             // the standard library, or what others wrote
	Own                 // the program's own
)

// A Function is what a call is of.
type Function struct {
	Name string // as a person of its language writes it
	File string // its source; "" if it is not known
	Kind Kind
	// Of is the library that it is of, such as a crate; "" of the program's own, and where
	// it is nothing that a person would ask for.
	Of string
}

// A Call is a function on a stack.
type Call struct {
	Function int32 // which one, by the caller's numbers
	Line     int32 // of its file, where it runs or calls the next; 0 if it is not known
}

// A Stack is samples that have their calls in common.
type Stack struct {
	// Calls, the outermost first. Leave out what every stack begins in, such as
	// runtime.goexit: it would be the place where nothing else is.
	Calls   []Call
	Samples int64
}

// A Spot is where most of the samples are. Its Function is "" if they have none in common.
type Spot struct {
	Function string  // the program's own function that takes the time, or else a library's
	At       string  // file:line in it; "" of a library's, and where the file is not known
	Calls    string  // what it calls there; "" if it does the work itself
	Share    float64 // of the samples
	Samples  int64   // in all

	// Inner is what Calls spends it in, if that is another library and has most of the
	// samples too: the function by which the last such library is entered. A client for HTTP
	// that has decoded the body itself says little without it.
	Inner      string
	InnerShare float64 // of the samples
}

// A level is a function at one depth of the call tree, with the samples of all its
// nodes there.
type level struct {
	fn    int32
	lines map[int32]int64 // samples by line of fn
	n     int64
}

// Find returns where most of the samples are. It asks for those functions alone that have
// most of them. It sorts the elements of stacks anew, and does not change what they hold.
func Find(stacks []Stack, function func(id int32) Function) Spot {
	var s Spot
	for _, t := range stacks {
		s.Samples += t.Samples
	}
	if levels := descend(stacks, s.Samples); len(levels) > 0 {
		s.name(levels, function)
	}
	return s
}

// descend returns the path that holds most of the samples. It moves the stacks on the path
// to the front.
func descend(stacks []Stack, total int64) []level {
	var found []level
	for depth := 0; ; depth++ {
		fn, n := heaviest(stacks, depth)
		if n == 0 || float64(n) < share*float64(total) {
			return found
		}
		l := level{fn: fn, lines: map[int32]int64{}, n: n}
		kept := 0
		for i, s := range stacks {
			if depth < len(s.Calls) && s.Calls[depth].Function == fn {
				l.lines[s.Calls[depth].Line] += s.Samples
				stacks[kept], stacks[i] = s, stacks[kept]
				kept++
			}
		}
		found = append(found, l)
		stacks = stacks[:kept]
	}
}

// heaviest returns the function with the most samples at a depth. Of two with as many it is
// any: neither has enough of them to be named.
func heaviest(stacks []Stack, depth int) (fn int32, n int64) {
	byFn := map[int32]int64{}
	for _, s := range stacks {
		if depth < len(s.Calls) {
			byFn[s.Calls[depth].Function] += s.Samples
		}
	}
	for f, k := range byFn {
		if k > n {
			fn, n = f, k
		}
	}
	return fn, n
}

func (s *Spot) name(levels []level, function func(id int32) Function) {
	functions := make([]Function, len(levels))
	own := -1
	deepest := 0 // the deepest that is not the runtime's
	for i, l := range levels {
		functions[i] = function(l.fn)
		if functions[i].Kind == Own {
			own = i
		}
		if functions[i].Kind != Runtime {
			deepest = i
		}
	}
	named := deepest
	s.Function = functions[deepest].Name
	if own >= 0 {
		named = own
		s.Function, s.At = functions[own].Name, position(functions[own].File, hottest(levels[own].lines))
		if own+1 < len(levels) && functions[own+1].Kind != Runtime {
			named = own + 1
			s.Calls = functions[named].Name
			if in := inner(functions, named); in > 0 {
				s.Inner, s.InnerShare = functions[in].Name, float64(levels[in].n)/float64(s.Samples)
			}
		}
	}
	s.Share = float64(levels[named].n) / float64(s.Samples)
}

// inner returns the level at which the last library is entered that is not the one called;
// 0 if there is none. Where two call each other in turns, such as a decoder and the types
// that it fills, the first time counts.
func inner(functions []Function, called int) (at int) {
	met := map[string]bool{"": true, functions[called].Of: true}
	for i := called + 1; i < len(functions); i++ {
		if of := functions[i].Of; !met[of] {
			met[of] = true
			at = i
		}
	}
	return at
}

// hottest is the line with the most samples, the first of those with as many.
func hottest(lines map[int32]int64) int32 {
	return slices.MaxFunc(slices.Sorted(maps.Keys(lines)), func(a, b int32) int {
		return cmp.Compare(lines[a], lines[b])
	})
}

func position(file string, line int32) string {
	if file == "" || line <= 0 {
		return Short(file)
	}
	return fmt.Sprintf("%s:%d", Short(file), line)
}

// Short keeps the last folder of a file's path: it tells one main.go from another.
func Short(full string) string {
	dir, name := path.Split(strings.ReplaceAll(full, `\`, "/"))
	if base := path.Base(dir); dir != "" && base != "/" && base != "." {
		return base + "/" + name
	}
	return name
}
