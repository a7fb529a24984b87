package stacks

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"debug/elf"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// maxExecutable, in bytes: of a larger one the symbols are perf's, without lines.
const maxExecutable = 1 << 30

// A program is an executable, with what tells its own code from that of others.
type program struct {
	path       string // as perf spells it
	lang       language
	interprets bool            // the program proper is a script, or byte code
	goModule   string          // the main module of a program in Go
	crates     map[string]bool // its own, of a program in Rust

	base    uint64 // where its first mapping is, less its offset in the file
	loads   []elf.ProgHeader
	symbols []elf.Symbol // of functions, by address
	lines   *lines       // nil if it has none
	file    *os.File
	shift   func(uint64) uint64 // from perf's addresses to the file's; nil until it is known
}

// openProgram reads the executable in the file, which perf knows as path. It never fails: of
// what is not to be read, less is known. ctx bounds the reading of its lines.
func openProgram(ctx context.Context, file, path string, base uint64) *program {
	p := &program{path: path, base: base, crates: map[string]bool{}, interprets: interpreters.MatchString(baseName(path))}
	if info, err := buildinfo.ReadFile(file); err == nil {
		p.lang, p.goModule = langGo, info.Main.Path
	}
	if p.interprets {
		return p
	}
	f, err := os.Open(file)
	if err != nil {
		return p
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxExecutable {
		_ = f.Close()
		return p
	}
	p.file = f
	// Only the symbols and the lines: executables are as hostile as who runs them, which is us.
	e, err := elf.NewFile(f)
	if err != nil {
		return p
	}
	for _, l := range e.Progs {
		if l.Type == elf.PT_LOAD {
			p.loads = append(p.loads, l.ProgHeader)
		}
	}
	p.readSymbols(e)
	p.lines = openLines(ctx, e)
	return p
}

func (p *program) close() {
	if p.file != nil {
		_ = p.file.Close()
	}
}

func baseName(file string) string { return path.Base(strings.TrimSuffix(file, " (deleted)")) }

var rustMain = regexp.MustCompile(`^(?:_ZN\d+([A-Za-z_0-9]+)4main17h[0-9a-f]{16}E|_RNvC(?:s[0-9A-Za-z]*_)?\d+_?([A-Za-z_0-9]+?)4main)$`)

func (p *program) readSymbols(e *elf.File) {
	symbols, _ := e.Symbols() // none of a stripped one
	p.symbols = slices.DeleteFunc(symbols, func(s elf.Symbol) bool { return elf.ST_TYPE(s.Info) != elf.STT_FUNC })
	slices.SortStableFunc(p.symbols, func(a, b elf.Symbol) int { return cmp.Compare(a.Value, b.Value) })
	for _, s := range p.symbols {
		if p.lang == langGo {
			return
		}
		// The crate of a program in Rust is the one of its main, which lang_start calls.
		if m := rustMain.FindStringSubmatch(s.Name); m != nil {
			p.lang = langRust
			p.crates[cmp.Or(m[1], m[2])] = true
		}
		if s.Name == "rust_eh_personality" || strings.HasSuffix(s.Name, "rust_eh_personality") {
			p.lang = langRust
		}
	}
	if p.lang == langRust { // main may be inlined
		p.crates[strings.ReplaceAll(baseName(p.path), "-", "_")] = true
	}
}

// settle finds out what perf's addresses are. Newer ones print the offset in the file, older
// ones the address in memory; for an executable at a fixed place the two overlap. So it
// takes what agrees with perf's own symbols.
func (p *program) settle(sites []site) {
	var known []site
	for _, s := range sites {
		if s.module == p.path && s.symbol != unknown && len(known) < 256 {
			known = append(known, s)
		}
	}
	var best int
	for _, shift := range []func(uint64) uint64{
		p.ofOffset,
		func(a uint64) uint64 { return a },
		func(a uint64) uint64 { return p.ofOffset(a - p.base) },
	} {
		n := 0
		for _, s := range known {
			if p.symbolAt(shift(s.address)) == s.symbol {
				n++
			}
		}
		if n > best {
			best, p.shift = n, shift
		}
	}
}

// ofOffset turns an offset in the file into the address that symbols and lines have.
func (p *program) ofOffset(offset uint64) uint64 {
	for _, l := range p.loads {
		if offset >= l.Off && offset-l.Off < l.Filesz {
			return offset - l.Off + l.Vaddr
		}
	}
	return 0
}

func (p *program) symbolAt(address uint64) string {
	i, _ := slices.BinarySearchFunc(p.symbols, address, func(s elf.Symbol, a uint64) int {
		if s.Value <= a {
			return -1
		}
		return 1
	})
	// Some have the same address, and perf takes any of them: so a name counts by its place.
	if i == 0 || p.symbols[i-1].Size > 0 && address >= p.symbols[i-1].Value+p.symbols[i-1].Size {
		return ""
	}
	return p.symbols[i-1].Name
}
