package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"collatebench/bench"
	"collatebench/mockserver/payload"
)

// A variant is one way of a client to decode with one codec.
type variant struct {
	client    bench.ClientName
	codec     string
	placement string
	usual     bool // runs where nobody names codecs or placements
}

// goVariants are all of Go's placements with either JSON codec.
func goVariants() []variant {
	var out []variant
	for _, codec := range []payload.Codec{payload.JSON, payload.Sonic} {
		for _, p := range bench.Placements() {
			out = append(out, variant{bench.Go, string(codec), string(p), usual(codec, p)})
		}
	}
	return out
}

// usual are of Go's the counterparts of the other languages' with encoding/json,
// and the two ends with the fastest codec.
func usual(codec payload.Codec, p bench.Placement) bool {
	switch p {
	case bench.Inline, bench.Request:
		return true
	case bench.Collector, bench.Pool:
		return codec == payload.JSON
	}
	return false
}

// variants are all of the team's, in table order. Usual are a client's
// placements with its first codec; what another codec is worth the two ends
// show, the first placement and the last.
func (t team) variants() []variant {
	var out []variant
	if t.ours {
		out = goVariants()
	}
	for _, c := range t.others {
		for i, codec := range c.Codecs {
			for j, p := range c.Placements {
				out = append(out, variant{c.Name, string(codec.Name), string(p.Name), i == 0 || j == 0 || j == len(c.Placements)-1})
			}
		}
	}
	return out
}

// cellsOf puts each variant into each setting.
func cellsOf(chosen []variant, settings []bench.Cell) ([]bench.Cell, error) {
	var out []bench.Cell
	for _, v := range chosen {
		for _, c := range settings {
			c, err := v.cell(c)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// cell is a setting as the variant's.
func (v variant) cell(c bench.Cell) (bench.Cell, error) {
	for _, element := range []string{"client=" + string(v.client), "codec=" + v.codec, "placement=" + v.placement} {
		var err error
		if c, err = c.Change(element); err != nil {
			return c, fmt.Errorf("client %s: %w", v.client, err)
		}
	}
	return c, nil
}

// choose leaves the variants that --codec and --placement name, or the usual
// ones.
func (f *peerFlags) choose(all []variant) ([]variant, error) {
	out := slices.Clone(all)
	if f.codecs == nil && f.placements == nil {
		out = slices.DeleteFunc(out, func(v variant) bool { return !v.usual })
	}
	for _, by := range []struct {
		flag  string
		named []string
		of    func(variant) string
	}{
		{"codec", f.codecs, func(v variant) string { return v.codec }},
		{"placement", f.placements, func(v variant) string { return v.placement }},
	} {
		if by.named == nil {
			continue
		}
		var there []string
		for _, v := range all {
			if !slices.Contains(there, by.of(v)) {
				there = append(there, by.of(v))
			}
		}
		for _, n := range by.named {
			if !slices.Contains(there, n) {
				return nil, fmt.Errorf("--%s %q: is not one of %s", by.flag, n, strings.Join(there, ", "))
			}
		}
		if len(by.named) == 0 {
			return nil, fmt.Errorf("--%s \"\": is not one of %s", by.flag, strings.Join(there, ", "))
		}
		out = slices.DeleteFunc(out, func(v variant) bool { return !slices.Contains(by.named, by.of(v)) })
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("--codec %q and --placement %q leave no client anything to do", strings.Join(f.codecs, ","), strings.Join(f.placements, ","))
	}
	return out, nil
}

// settings are the matrix's cells with each window doubled beside it. Where
// nobody says how many responses an op has, there are enough for the largest
// window.
func (f *peerFlags) settings(sized bool) ([]bench.Cell, error) {
	cells, err := f.Matrix.Cells()
	if err != nil {
		return nil, err
	}
	most := 0
	for _, c := range slices.Clone(cells) {
		if c.Procs > maxWorkers {
			return nil, fmt.Errorf("--procs \"%d\": is not from 1 to %d, or all", c.Procs, maxWorkers)
		}
		twice, err := c.Change("window=" + strconv.Itoa(2*c.Window))
		if err != nil {
			return nil, fmt.Errorf("--window \"%d\": each client is sampled at twice that too: %w", c.Window, err)
		}
		most = max(most, twice.Window)
		if !slices.Contains(cells, twice) {
			cells = append(cells, twice)
		}
	}
	slices.SortStableFunc(cells, func(a, b bench.Cell) int { return cmp.Compare(a.Window, b.Window) })
	for i, c := range cells {
		switch {
		case !sized:
			cells[i].Responses = max(c.Responses, most)
		case c.Responses < most:
			return nil, fmt.Errorf("--responses \"%d\": can't fill twice the window of %d, which each client is sampled at; %d can", c.Responses, most/2, most)
		}
	}
	return cells, nil
}
