package stacks

import (
	"cmp"
	"debug/dwarf"
	"io"
	"slices"
)

// A unit is what was compiled as one file.
type unit struct {
	scopes []scope
	rows   []row // by address
}

// A scope is a function, or one that was inlined into its parent.
type scope struct {
	low, high uint64
	parent    int // index of the function around it, -1 of an outermost one
	named     dwarf.Offset
	line      int32 // of the call
}

type row struct {
	address uint64
	file    string
	line    int32
	end     bool
}

func (l *lines) readRows(u *unit, entry *dwarf.Entry) {
	r, err := l.d.LineReader(entry)
	if err != nil || r == nil {
		return
	}
	for n := 0; ; n++ {
		var e dwarf.LineEntry
		if r.Next(&e) == io.EOF || n%4096 == 0 && l.ctx.Err() != nil || n > 1<<23 {
			break
		}
		file := ""
		if e.File != nil {
			file = e.File.Name
		}
		u.rows = append(u.rows, row{e.Address, file, int32(e.Line), e.EndSequence})
	}
	slices.SortStableFunc(u.rows, func(a, b row) int {
		if c := cmp.Compare(a.address, b.address); c != 0 || a.end == b.end {
			return c
		}
		if a.end { // before what begins where it ends
			return -1
		}
		return 1
	})
}

func (u *unit) row(address uint64) (file string, line int32) {
	i, _ := slices.BinarySearchFunc(u.rows, address, func(r row, a uint64) int {
		if r.address <= a {
			return -1
		}
		return 1
	})
	if i == 0 || u.rows[i-1].end {
		return "", 0
	}
	return u.rows[i-1].file, u.rows[i-1].line
}

// readScopes walks the unit's tree once.
func (l *lines) readScopes(u *unit, entry *dwarf.Entry) {
	r := l.d.Reader()
	r.Seek(entry.Offset)
	if e, err := r.Next(); err != nil || e == nil || !e.Children {
		return
	}
	around := []int{-1} // by depth, the function around
	for n := 0; len(around) > 0; n++ {
		e, err := r.Next()
		if err != nil || e == nil || n%1024 == 0 && l.ctx.Err() != nil {
			return
		}
		if e.Tag == 0 {
			around = around[:len(around)-1]
			continue
		}
		in := around[len(around)-1]
		if e.Tag == dwarf.TagSubprogram || e.Tag == dwarf.TagInlinedSubroutine {
			in = l.scope(u, e, in)
		}
		if e.Children {
			around = append(around, in)
		}
	}
}

func (l *lines) scope(u *unit, e *dwarf.Entry, in int) int {
	ranges, err := l.d.Ranges(e)
	if err != nil || len(ranges) == 0 {
		return in
	}
	if e.Tag == dwarf.TagSubprogram {
		in = -1
	}
	call, _ := e.Val(dwarf.AttrCallLine).(int64)
	at := len(u.scopes)
	for _, p := range ranges {
		if p[0] < p[1] {
			u.scopes = append(u.scopes, scope{p[0], p[1], in, e.Offset, int32(call)})
		}
	}
	if len(u.scopes) == at {
		return in
	}
	return at // the parent of what is inlined here, whichever of its ranges that is in
}

// innermost returns the scope that an address is in. Scopes follow those around them, so
// that the last one is it.
func (u *unit) innermost(address uint64) int {
	for i, s := range slices.Backward(u.scopes) {
		if s.low <= address && address < s.high {
			return i
		}
	}
	return -1
}
