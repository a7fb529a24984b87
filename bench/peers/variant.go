package peers

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"collatebench/bench"
	"collatebench/mockserver/payload"
)

// A Variant is one way of a client to decode with one codec.
type Variant struct {
	Client    bench.ClientName
	Codec     payload.Codec
	Placement bench.Placement
	Usual     bool // sampled where nobody names codecs or placements
}

// Variants returns all of the team's, in table order.
func (t Team) Variants() []Variant {
	var out []Variant
	for _, c := range t.Clients {
		for i, codec := range c.Codecs {
			for j, p := range c.Placements {
				v := Variant{Client: c.Name, Codec: codec.Name, Placement: p.Name}
				// All placements with the first codec. With another codec the first
				// and the last show what it is worth.
				v.Usual = i == 0 || j == 0 || j == len(c.Placements)-1
				if c.Name == bench.Go {
					v.Usual = usualGo(codec.Name, p.Name)
				}
				out = append(out, v)
			}
		}
	}
	return out
}

// usualGo says which of Go's are usual: with encoding/json the counterparts of
// the other languages' placements, with the fastest codec the two ends.
func usualGo(codec payload.Codec, p bench.Placement) bool {
	switch p {
	case bench.Inline, bench.Request:
		return true
	case bench.Collector, bench.Pool:
		return codec == payload.JSON
	}
	return false
}

// A NoVariantError says that no variant has one of these codecs and one of
// these placements, though each of them is some variant's.
type NoVariantError struct{ Codecs, Placements []string }

func (e *NoVariantError) Error() string {
	return fmt.Sprintf("codec %q and placement %q leave no client anything to do", strings.Join(e.Codecs, ","), strings.Join(e.Placements, ","))
}

// Choose returns the variants that have one of the codecs and one of the
// placements; nil allows every one. Where both are nil it returns the usual
// variants. The error is an *OptionError or a *NoVariantError.
func Choose(all []Variant, codecs, placements []string) ([]Variant, error) {
	out := slices.Clone(all)
	if codecs == nil && placements == nil {
		out = slices.DeleteFunc(out, func(v Variant) bool { return !v.Usual })
	}
	for _, by := range []struct {
		option string
		chosen []string
		of     func(Variant) string
	}{
		{"codec", codecs, func(v Variant) string { return string(v.Codec) }},
		{"placement", placements, func(v Variant) string { return string(v.Placement) }},
	} {
		if by.chosen == nil {
			continue
		}
		if err := allKnown(by.option, by.chosen, all, by.of); err != nil {
			return nil, err
		}
		out = slices.DeleteFunc(out, func(v Variant) bool { return !slices.Contains(by.chosen, by.of(v)) })
	}
	if len(out) == 0 {
		return nil, &NoVariantError{codecs, placements}
	}
	return out, nil
}

// allKnown wants each chosen value to be some variant's, and at least one.
func allKnown(option string, chosen []string, all []Variant, of func(Variant) string) error {
	var known []string
	for _, v := range all {
		if !slices.Contains(known, of(v)) {
			known = append(known, of(v))
		}
	}
	wrong := slices.IndexFunc(chosen, func(s string) bool { return !slices.Contains(known, s) })
	if wrong < 0 && len(chosen) > 0 {
		return nil
	}
	value := ""
	if wrong >= 0 {
		value = chosen[wrong]
	}
	return &OptionError{option, value, errors.New("is not one of " + strings.Join(known, ", "))}
}

// MaxWorkers is the most threads or processes that a client is told to use:
// some runtimes start as many as they are told, and end a machine.
const MaxWorkers = 1024

// Settings returns the cells with each window doubled beside it, the smallest
// window first: a client that is serial gains nothing by twice the window.
// Where sized is false the cells' responses are no more than a proposal, and
// each cell has enough of them for the largest window. The error is an
// *OptionError.
func Settings(cells []bench.Cell, sized bool) ([]bench.Cell, error) {
	out, most := slices.Clone(cells), 0
	for _, c := range cells {
		if c.Procs > MaxWorkers {
			return nil, &OptionError{"procs", strconv.Itoa(c.Procs), fmt.Errorf("is not from 1 to %d, or all", MaxWorkers)}
		}
		twice, err := c.Change("window=" + strconv.Itoa(2*c.Window))
		if err != nil {
			return nil, &OptionError{"window", strconv.Itoa(c.Window), fmt.Errorf("each client is sampled at twice that too: %w", err)}
		}
		most = max(most, twice.Window)
		if !slices.Contains(out, twice) {
			out = append(out, twice)
		}
	}
	slices.SortStableFunc(out, func(a, b bench.Cell) int { return cmp.Compare(a.Window, b.Window) })
	for i, c := range out {
		switch {
		case !sized:
			out[i].Responses = max(c.Responses, most)
		case c.Responses < most:
			return nil, &OptionError{"responses", strconv.Itoa(c.Responses),
				fmt.Errorf("can't fill twice the window of %d, which each client is sampled at; %d can", most/2, most)}
		}
	}
	return out, nil
}

// Cells returns each variant in each setting, the variants outermost.
func Cells(variants []Variant, settings []bench.Cell) ([]bench.Cell, error) {
	var out []bench.Cell
	for _, v := range variants {
		for _, c := range settings {
			for _, element := range []string{"client=" + string(v.Client), "codec=" + string(v.Codec), "placement=" + string(v.Placement)} {
				var err error
				if c, err = c.Change(element); err != nil {
					return nil, fmt.Errorf("client %s: %w", v.Client, err)
				}
			}
			out = append(out, c)
		}
	}
	return out, nil
}
