package bench

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

// A Cell is one point of the experiment, a comparable value. Most cells differ
// from [DefaultCell] in a dimension or two.
type Cell struct {
	Client       ClientName // who collates: this module's, or another language's
	Codec        payload.Codec
	Placement    Placement
	Window       int // requests admitted and not yet collated
	Size         payload.Size
	Encoding     payload.Encoding
	Payload      payload.Kind
	Order        Order
	Protocol     Protocol
	Responses    int            // per op
	Decode       Decoding       // whether payloads are decoded
	From         Source         // where bodies come from
	GOGC         int            // of the client, in percent; GCOff collects nothing
	Conns        int            // connections to the upstream at most; 0 means no limit
	Fetches      int            // requests sent and not read whole at most; 0 means no limit
	Workers      int            // decodes at a time where the placement is Limited; 0 means one a core
	VirtualCores VirtualCores   // cores on which decoding is simulated
	Upstream     behaviour.Spec // what the upstream does to each request
	With         string         // how a person's own program was varied
	Rev          string         // version of the benchmark that is sampled; "" in a run of one
	AA           string         // "b" marks a cell's second sample in a round
	Procs        int            // GOMAXPROCS of the client
}

// DefaultCell returns the cell with each dimension at its default.
func DefaultCell() Cell {
	var c Cell
	for _, d := range dimensions {
		if err := d.set(&c, d.Default); err != nil {
			panic(fmt.Sprintf("bench: default of %s: %v", d.Name, err)) // a defect of the table
		}
	}
	return c
}

// Element is the cell's name on a benchmark line without its GOMAXPROCS, which
// the testing package appends by itself: what b.Run takes.
func (c Cell) Element() string {
	return c.spell(func(d Dimension) bool { return !d.Config })
}

func (c Cell) spell(with func(Dimension) bool) string {
	var parts []string
	for _, d := range dimensions {
		if v := d.get(c); !d.Suffix && with(d) && (d.named(c) || v != d.Default) {
			parts = append(parts, d.Name+"="+v)
		}
	}
	return strings.Join(parts, "/")
}

// Benchmark is the cell's name behind "BenchmarkCollate/" on a benchmark line:
// codec=json/placement=pool/window=32/size=1MiB-2. Client and version are not in
// it, but in config lines, so that benchstat can put them side by side.
func (c Cell) Benchmark() string { return c.suffixed(c.Element()) }

// Name is the cell's one spelling: its name on a benchmark line, after the
// client where that is not Go's, and with the version in a run of several:
// client=rust/codec=json/placement=spawn/...
func (c Cell) Name() string {
	return c.suffixed(c.spell(func(Dimension) bool { return true }))
}

// suffixed appends GOMAXPROCS, which the testing package leaves out at 1.
func (c Cell) suffixed(element string) string {
	if c.Procs == 1 {
		return element
	}
	return element + "-" + strconv.Itoa(c.Procs)
}

// Base returns the cell without its A/A mark.
func (c Cell) Base() Cell {
	c.AA = ""
	return c
}

// Versionless returns the cell without its version and its A/A mark: what the
// cells that are compared have in common.
func (c Cell) Versionless() Cell {
	c.Rev, c.AA = "", ""
	return c
}

// ParseCell is the strict inverse of [Cell.Name].
func ParseCell(name string) (Cell, error) {
	element, procs := splitProcs(name)
	if procs == "" {
		procs = "1"
	}
	c, err := parseElements(element+"/procs="+procs, name)
	if err != nil {
		return Cell{}, err
	}
	if got := c.Name(); got != name {
		return Cell{}, fmt.Errorf("cell %q: not its one spelling, which is %q", name, got)
	}
	return c, nil
}

// ReadCell parses what a person types: the dimensions in any order, a missing
// one at its default, GOMAXPROCS as a suffix or as procs=2.
func ReadCell(s string) (Cell, error) {
	element, procs := splitProcs(strings.TrimPrefix(s, "BenchmarkCollate/"))
	if procs != "" {
		element += "/procs=" + procs
	}
	return parseElements(element, s)
}

// Select returns the cells that have the values in s. It names any dimensions, in
// any order: placement=pool/window=32, with GOMAXPROCS as a suffix or procs=2.
func Select(cells []Cell, s string) ([]Cell, error) {
	want, err := ReadCell(s)
	if err != nil {
		return nil, err
	}
	element, procs := splitProcs(strings.TrimPrefix(s, "BenchmarkCollate/"))
	if procs != "" {
		element += "/procs=" + procs
	}
	return slices.DeleteFunc(slices.Clone(cells), func(c Cell) bool {
		for e := range strings.SplitSeq(element, "/") {
			key, _, _ := strings.Cut(e, "=")
			if d, ok := dimension(key); ok && d.get(c) != d.get(want) {
				return true
			}
		}
		return false
	}), nil
}

// parseElements sets the dimensions in table order, whatever their order in the
// text: the client decides which codecs and placements there are.
func parseElements(elements, whole string) (Cell, error) {
	given := map[string]string{}
	for e := range strings.SplitSeq(elements, "/") {
		key, value, ok := strings.Cut(e, "=")
		_, known := dimension(key)
		_, twice := given[key]
		switch {
		case !ok || !known:
			return Cell{}, fmt.Errorf("cell %q: %q is not dimension=value with one of %s", whole, e, dimensionNames())
		case twice:
			return Cell{}, fmt.Errorf("cell %q: %s is given twice", whole, key)
		}
		given[key] = value
	}
	c := DefaultCell()
	for _, d := range dimensions {
		value, there := given[d.Name]
		if !there {
			continue
		}
		if err := d.set(&c, value); err != nil {
			return Cell{}, fmt.Errorf("cell %q: %s: %w", whole, d.Name, err)
		}
	}
	return c, nil
}

// splitProcs cuts a "-2" off the end. No value ends in -digits, so what is cut
// is GOMAXPROCS.
func splitProcs(s string) (element, procs string) {
	i := strings.LastIndexByte(s, '-')
	if i < 0 || i+1 == len(s) || strings.Trim(s[i+1:], "0123456789") != "" {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// Folder is the cell's name as the name of a folder.
func (c Cell) Folder() string { return strings.ReplaceAll(c.Name(), "/", ",") }

// Change returns the cell with one dimension changed, as in "placement=pool".
func (c Cell) Change(element string) (Cell, error) {
	name, value, _ := strings.Cut(element, "=")
	d, ok := dimension(name)
	if !ok {
		return Cell{}, fmt.Errorf("%q is not dimension=value with one of %s", element, dimensionNames())
	}
	if err := d.set(&c, value); err != nil {
		return Cell{}, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}
