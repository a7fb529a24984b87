package diagnose

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// hotspotShare is the least share of a section's samples that a function must
// have to be named: one with less does not explain the section.
const hotspotShare = .6

// A hotspot is where most of a section's samples are.
type hotspot struct {
	function string  // the program's own function that takes the time, or else a library's
	at       string  // file:line in it
	calls    string  // what it calls there; "" if it does the work itself
	share    float64 // of the samples
	samples  int64   // of the section
}

// A level is a function at one depth of the call tree, with the samples of all its
// nodes there.
type level struct {
	fn    int32
	lines map[int32]int64 // samples by line of fn
	n     int64
}

// hotspot follows the call tree down while one function has most of the samples.
// On that path it names the deepest function of the program's own, and what it
// calls. Not the deepest of all: the inside of a library changes with the input.
func (s *stacks) hotspot(samples map[int32]int64) hotspot {
	var total int64
	paths := make([][]int32, 0, len(samples))
	weights := make([]int64, 0, len(samples))
	for _, leaf := range slices.Sorted(maps.Keys(samples)) {
		var p []int32
		for n := leaf; n > 0; n = s.nodes[n].parent {
			if s.functions[s.nodes[n].fn].name != "runtime.goexit" { // under all of them: it would be the place where nothing else is
				p = append(p, n)
			}
		}
		slices.Reverse(p)
		paths, weights = append(paths, p), append(weights, samples[leaf])
		total += samples[leaf]
	}
	h := hotspot{samples: total}
	if levels := s.descend(paths, weights, total); len(levels) > 0 {
		s.name(&h, levels, total)
	}
	return h
}

// descend returns the path that holds most of the samples.
func (s *stacks) descend(paths [][]int32, weights []int64, total int64) []level {
	var found []level
	for depth := 0; ; depth++ {
		byFn := map[int32]*level{}
		for i, p := range paths {
			if depth >= len(p) {
				continue
			}
			n := s.nodes[p[depth]]
			l := byFn[n.fn]
			if l == nil {
				l = &level{fn: n.fn, lines: map[int32]int64{}}
				byFn[n.fn] = l
			}
			l.n += weights[i]
			l.lines[n.line] += weights[i]
		}
		best := s.heaviest(byFn)
		if best == nil || float64(best.n) < hotspotShare*float64(total) {
			return found
		}
		found = append(found, *best)
		kept := 0
		for i, p := range paths {
			if depth < len(p) && s.nodes[p[depth]].fn == best.fn {
				paths[kept], weights[kept] = p, weights[i]
				kept++
			}
		}
		paths, weights = paths[:kept], weights[:kept]
	}
}

func (s *stacks) heaviest(levels map[int32]*level) *level {
	var best *level
	for _, fn := range slices.Sorted(maps.Keys(levels)) {
		if l := levels[fn]; best == nil || l.n > best.n {
			best = l
		}
	}
	return best
}

func (s *stacks) name(h *hotspot, levels []level, total int64) {
	own := -1
	deepest := 0 // the deepest that is not the runtime's
	for i, l := range levels {
		switch k := s.functions[l.fn].kind; {
		case k == kindOwn:
			own, deepest = i, i
		case k != kindRuntime:
			deepest = i
		}
	}
	if own < 0 {
		h.function, h.share = s.functions[levels[deepest].fn].name, float64(levels[deepest].n)/float64(total)
		return
	}
	l := levels[own]
	f := s.functions[l.fn]
	h.function, h.at = f.name, fmt.Sprintf("%s:%d", file(f.file), hottest(l.lines))
	if own+1 < len(levels) && s.functions[levels[own+1].fn].kind != kindRuntime {
		l = levels[own+1]
		h.calls = s.functions[l.fn].name
	}
	h.share = float64(l.n) / float64(total)
}

func hottest(lines map[int32]int64) int32 {
	return slices.MaxFunc(slices.Sorted(maps.Keys(lines)), func(a, b int32) int {
		return cmp.Compare(lines[a], lines[b])
	})
}

// file keeps the last folder of a path: it tells one main.go from another.
func file(full string) string {
	dir, name := path.Split(strings.ReplaceAll(full, `\`, "/"))
	if base := path.Base(dir); dir != "" && base != "/" && base != "." {
		return base + "/" + name
	}
	return name
}
