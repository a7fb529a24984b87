package stacks

import (
	"cmp"
	"context"
	"debug/dwarf"
	"debug/elf"
	"slices"
)

// maxDebugInfo, in bytes: to read more takes too much time and memory.
const maxDebugInfo = 512 << 20

// Lines tell which functions a place in the code is in, with the lines of its source. perf
// can do it as well, by a program that it asks for each call; that takes minutes.
type lines struct {
	ctx   context.Context
	d     *dwarf.Data
	units []unitRange
	read  map[dwarf.Offset]*unit
	names map[dwarf.Offset]named

	entries []*dwarf.Entry // of all units, by offset
	files   map[dwarf.Offset][]*dwarf.LineFile
}

type unitRange struct {
	low, high uint64
	entry     *dwarf.Entry
}

// A named is what is known of a function wherever it is inlined.
type named struct {
	symbol string
	file   string // "" if it is not known
	line   int32
}

// A spot is a function at a line.
type spot struct {
	symbol, file string
	line         int32
}

// openLines returns nil if the executable has no lines, or too many.
func openLines(ctx context.Context, e *elf.File) (l *lines) {
	// The package for DWARF has had panics on what no compiler writes.
	defer func() {
		if recover() != nil {
			l = nil
		}
	}()
	var size uint64
	for _, s := range e.Sections {
		if s.Name == ".debug_info" || s.Name == ".zdebug_info" {
			size += s.Size
		}
	}
	if size == 0 || size > maxDebugInfo {
		return nil
	}
	d, err := e.DWARF()
	if err != nil {
		return nil
	}
	l = &lines{ctx: ctx, d: d, read: map[dwarf.Offset]*unit{}, names: map[dwarf.Offset]named{}, files: map[dwarf.Offset][]*dwarf.LineFile{}}
	r := d.Reader()
	for ctx.Err() == nil {
		entry, err := r.Next()
		if err != nil || entry == nil {
			break
		}
		r.SkipChildren()
		if entry.Tag != dwarf.TagCompileUnit {
			continue
		}
		l.entries = append(l.entries, entry)
		ranges, _ := d.Ranges(entry)
		for _, p := range ranges {
			l.units = append(l.units, unitRange{p[0], p[1], entry})
		}
	}
	slices.SortFunc(l.units, func(a, b unitRange) int { return cmp.Compare(a.low, b.low) })
	return l
}

// at returns the functions that an address is in, the outermost first; nil if they are not
// known, or there was no time to find out.
func (l *lines) at(address uint64) (found []spot) {
	if l == nil || l.ctx.Err() != nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			found = nil
		}
	}()
	u := l.unit(address)
	if u == nil {
		return nil
	}
	in := u.innermost(address)
	if in < 0 {
		return nil
	}
	file, line := u.row(address)
	for ; in >= 0; in = u.scopes[in].parent {
		s := u.scopes[in]
		n := l.name(s.named, 8)
		// A line of another file is that of a macro.
		if n.file != "" && file != "" && file != n.file || line == 0 {
			line = n.line
		}
		found = append(found, spot{n.symbol, cmp.Or(n.file, file), line})
		file, line = "", s.line
	}
	slices.Reverse(found)
	return found
}

func (l *lines) unit(address uint64) *unit {
	i, _ := slices.BinarySearchFunc(l.units, address, func(u unitRange, a uint64) int {
		if u.low <= a {
			return -1
		}
		return 1
	})
	if i == 0 || address >= l.units[i-1].high {
		return nil
	}
	entry := l.units[i-1].entry
	u, ok := l.read[entry.Offset]
	if !ok {
		u = &unit{}
		l.readRows(u, entry)
		l.readScopes(u, entry)
		l.read[entry.Offset] = u
	}
	return u
}

// file is the one with that number in the unit that an entry is in: a function may have been
// inlined from another unit, whose numbers are others.
func (l *lines) file(at dwarf.Offset, i int64) string {
	n, _ := slices.BinarySearchFunc(l.entries, at, func(e *dwarf.Entry, at dwarf.Offset) int {
		if e.Offset <= at {
			return -1
		}
		return 1
	})
	if n == 0 {
		return ""
	}
	entry := l.entries[n-1]
	files, ok := l.files[entry.Offset]
	if !ok {
		if r, err := l.d.LineReader(entry); err == nil && r != nil {
			files = r.Files()
		}
		l.files[entry.Offset] = files
	}
	if i < 0 || i >= int64(len(files)) || files[i] == nil {
		return ""
	}
	return files[i].Name
}

// name follows a function to where it is declared, over so many links.
func (l *lines) name(at dwarf.Offset, links int) named {
	if n, ok := l.names[at]; ok {
		return n
	}
	r := l.d.Reader()
	r.Seek(at)
	e, err := r.Next()
	if err != nil || e == nil {
		return named{}
	}
	var n named
	for _, a := range []dwarf.Attr{dwarf.AttrAbstractOrigin, dwarf.AttrSpecification} {
		if to, ok := e.Val(a).(dwarf.Offset); ok && links > 0 {
			n = l.name(to, links-1)
		}
	}
	if s, ok := e.Val(dwarf.AttrLinkageName).(string); ok {
		n.symbol = s
	} else if s, ok := e.Val(dwarf.AttrName).(string); ok && n.symbol == "" {
		n.symbol = s
	}
	if f, ok := e.Val(dwarf.AttrDeclFile).(int64); ok {
		n.file = l.file(at, f)
	}
	if line, ok := e.Val(dwarf.AttrDeclLine).(int64); ok {
		n.line = int32(line)
	}
	l.names[at] = n
	return n
}
