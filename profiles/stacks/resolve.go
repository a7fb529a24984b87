package stacks

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"collatebench/profiles/hotspot"
)

// A resolver turns sites into calls: one each, and one more for each function that the
// compiler has inlined there.
type resolver struct {
	b        *builder
	programs map[string]*program // by the path of the executable
	calls    map[callKey][]hotspot.Call
}

type callKey struct {
	site int32
	leaf bool
	main *program
}

// add counts the samples of a recording. mains has the program of each process.
func (r *resolver) add(s *script, mains map[int]*program) {
	for _, p := range r.programs {
		p.settle(s.sites)
	}
	r.calls = map[callKey][]hotspot.Call{}
	var calls []hotspot.Call
	for _, one := range s.samples {
		t := s.threads[one.thread]
		main := mains[t.pid] // nil of a process that began later
		if main == nil && len(one.sites) > 0 {
			main = r.programs[s.sites[one.sites[len(one.sites)-1]].module]
		}
		calls = calls[:0]
		for i, at := range slices.Backward(one.sites) {
			calls = append(calls, r.resolve(s.sites[at], callKey{at, i == 0, main})...)
		}
		r.b.add(t, calls, 1)
	}
}

func (r *resolver) close() {
	for _, p := range r.programs {
		p.close()
	}
}

// resolve returns the calls at a site, the outermost first.
func (r *resolver) resolve(s site, k callKey) []hotspot.Call {
	if calls, ok := r.calls[k]; ok {
		return calls
	}
	var calls []hotspot.Call
	for _, f := range k.main.spots(s, k.leaf) {
		calls = append(calls, r.call(f, s, k.main))
	}
	if len(calls) == 0 {
		calls = []hotspot.Call{r.call(spot{symbol: s.symbol}, s, k.main)}
	}
	r.calls[k] = calls
	return calls
}

func (p *program) spots(s site, leaf bool) []spot {
	if p == nil || s.module != p.path || p.shift == nil {
		return nil
	}
	address := p.shift(s.address)
	if !leaf { // where the call returns to may be another line
		address--
	}
	found := p.lines.at(address)
	if slices.ContainsFunc(found, func(f spot) bool { return f.symbol == "" }) {
		return nil
	}
	// What other files can't call has no mangled name there, but has one in the table of symbols.
	if len(found) > 0 && strings.HasPrefix(s.symbol, "_") && !strings.HasPrefix(found[0].symbol, "_") {
		found[0].symbol = s.symbol
	}
	return found
}

func (r *resolver) call(f spot, s site, p *program) hotspot.Call {
	o := origin{module: s.module, source: f.file}
	if perfMap.MatchString(s.module) {
		o.name, o.source, f.line = compiled(s.symbol)
		f.file = o.source
	} else if p != nil && p.lang == langGo && s.module == p.path {
		o.name, o.lang = goName(f.symbol), langGo
	} else {
		o.name, o.lang = demangled(f.symbol)
	}
	kind, library := p.class(o)
	if p != nil && p.interprets && s.module == p.path {
		o.name = asked(o.name)
	}
	id := r.b.function(Function{hotspot.Function{Name: o.name, File: f.file, Kind: kind, Of: library}, s.module})
	return hotspot.Call{Function: id, Line: f.line}
}

// goName: the body of a loop over a function counts as the function around it.
func goName(s string) string {
	if i := strings.LastIndex(s, "-range"); i > 0 && !strings.Contains(s[i:], ".") {
		s = s[:i]
	}
	return s
}

var (
	// JS:*page file:///app/client.mjs:12:3, and LazyCompile: in older ones. The mark says
	// how well it is optimized.
	ofNode = regexp.MustCompile(`^(?:JS|LazyCompile|Function|Script|Eval):[~^*+]*(.*?) ((?:file://|node:|/|[A-Za-z]:\\).*?):(\d+)(?::\d+)?$`)
	ofJVM  = regexp.MustCompile(`^\[?L?([A-Za-z_$][\w$]*(?:[/.][\w$]+)+);?(?:::|\.)([\w$<>]+)`)
)

// compiled reads what a perf map has for a function.
func compiled(symbol string) (name, file string, line int32) {
	if m := ofNode.FindStringSubmatch(symbol); m != nil {
		l, err := strconv.ParseInt(m[3], 10, 32)
		if err != nil {
			l = 0
		}
		if m[1] == "" {
			m[1] = "(anonymous)"
		}
		return m[1], strings.TrimPrefix(m[2], "file://"), int32(l)
	}
	if m := ofJVM.FindStringSubmatch(symbol); m != nil {
		return strings.ReplaceAll(m[1], "/", ".") + "." + m[2], "", 0
	}
	return symbol, "", 0
}
