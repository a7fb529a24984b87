package rig

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"
)

type flags struct {
	serve     bool
	fixed     bool
	seconds   float64
	seed      uint64
	trace     string
	pprof     string
	procs     int
	size      Size
	window    int
	delay     time.Duration
	bandwidth Size
}

// flags defines them on the command line's set, beside the program's own. The
// upstream is started with the same line, and takes from it what is its own.
func (p Program) flags() *flags {
	f := &flags{size: p.Size}
	flag.BoolVar(&f.serve, "serve", false, "be the upstream, until standard input closes")
	flag.BoolVar(&f.fixed, "fixed", false, "do the same work with the cause mended")
	flag.Float64Var(&f.seconds, "seconds", 3, "how long to collate, after a warm-up")
	flag.Uint64Var(&f.seed, "seed", 1, "of the pages and the delays")
	flag.StringVar(&f.trace, "trace", "", "write an execution trace with CPU samples to this `file`")
	flag.StringVar(&f.pprof, "pprof", "", "serve net/http/pprof on this `address` and print it")
	flag.IntVar(&f.procs, "procs", 0, "GOMAXPROCS; 0 leaves it")
	flag.Var(&f.size, "size", "of a page, before compression")
	flag.IntVar(&f.window, "window", p.Window, "pages in flight")
	flag.DurationVar(&f.delay, "delay", p.Delay, "of the upstream before each answer, mean")
	flag.Var(&f.bandwidth, "bandwidth", "of the link, a second, shared by all connections; 0B is without limit")
	return f
}

// Size is a number of bytes, written 64KiB or 1MiB.
type Size int

// Binary units.
const (
	KiB Size = 1 << 10
	MiB Size = 1 << 20
)

// String writes s in the largest unit that divides it.
func (s Size) String() string {
	switch {
	case s != 0 && s%MiB == 0:
		return strconv.Itoa(int(s/MiB)) + "MiB"
	case s != 0 && s%KiB == 0:
		return strconv.Itoa(int(s/KiB)) + "KiB"
	}
	return strconv.Itoa(int(s)) + "B"
}

// Set reads what String writes, or any other count of one of the units.
func (s *Size) Set(text string) error {
	number, unit := strings.TrimSuffix(text, "B"), Size(1)
	if n, ok := strings.CutSuffix(text, "MiB"); ok {
		number, unit = n, MiB
	} else if n, ok := strings.CutSuffix(text, "KiB"); ok {
		number, unit = n, KiB
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return fmt.Errorf("size %q: not a whole number of B, KiB or MiB", text)
	}
	*s = Size(n) * unit
	return nil
}
