package diagnose

import (
	"slices"

	"collatebench/profiles/hotspot"
)

// hotspot names where most of a section's samples are. They are counted by the leaves of
// their stacks.
func (s *stacks) hotspot(samples map[int32]int64) hotspot.Spot {
	stacks := make([]hotspot.Stack, 0, len(samples))
	for leaf, n := range samples {
		stacks = append(stacks, hotspot.Stack{Calls: s.calls(leaf), Samples: n})
	}
	return hotspot.Find(stacks, s.named)
}

// calls returns the stack of a leaf, the outermost call first.
func (s *stacks) calls(leaf int32) []hotspot.Call {
	depth := 0
	for n := leaf; n > 0; n = s.nodes[n].parent {
		depth++
	}
	calls := make([]hotspot.Call, 0, depth)
	for n := leaf; n > 0; n = s.nodes[n].parent {
		if at := s.nodes[n]; s.functions[at.fn].name != "runtime.goexit" { // under all of them: it would be the place where nothing else is
			calls = append(calls, hotspot.Call{Function: at.fn, Line: at.line})
		}
	}
	slices.Reverse(calls)
	return calls
}

func (s *stacks) named(fn int32) hotspot.Function {
	f := s.functions[fn]
	k := hotspot.Library
	switch f.kind {
	case kindOwn:
		k = hotspot.Own
	case kindRuntime:
		k = hotspot.Runtime
	}
	return hotspot.Function{Name: f.name, File: f.file, Kind: k}
}

// file keeps the last folder of a path: it tells one main.go from another.
func file(full string) string { return hotspot.Short(full) }
