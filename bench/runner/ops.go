package runner

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"collatebench/bench"
	"collatebench/internal/benchline"
	"collatebench/results"
)

// A sample has both at least, unless --ops asks for something else. In a shorter one the
// two ends of each op, where the window is not full, and the ticks of /proc weigh too much.
const (
	leastTime    = 500 * time.Millisecond // of timed ops
	leastWindows = 8                      // full windows of responses
)

const (
	aim    = leastTime * 13 / 10 // of a cell that is too short: its later samples may be faster
	maxOps = 1_000_000           // the contract of clients has no more
)

// steadyOps is how many ops of a cell, each of which takes op, make a sample. Where op is
// not known it is the least.
func steadyOps(op time.Duration, c bench.Cell) int {
	n := ceil(leastWindows*c.Window, c.Responses)
	if op > 0 {
		n = max(n, ceil(int(aim), int(op)))
	}
	return min(n, maxOps)
}

func ceil(a, b int) int { return (a + b - 1) / b }

// opsOf is how many ops a sample of the cell has. The run's record has it: the samples of
// all rounds must be alike, those after --resume too.
func (x *experiment) opsOf(c bench.Cell) int {
	return cmp.Or(x.run.Info().CellOps[c.Name()], x.Ops, steadyOps(0, c))
}

// steadySample takes a sample of a cell. Where it is too short and the cell has no other
// sample yet, the cell gets more ops, and the short sample does not count. So nothing but
// a short sample costs a process more.
//
// So a cell that takes just leastTime keeps its first sample if that was a slow one: its
// first round is slower by up to half of the scatter between samples, and no other round.
func (x *experiment) steadySample(ctx context.Context, c bench.Cell, round, attempt int) (results.Sample, error) {
	if x.own != nil {
		return x.ownSample(ctx, c, round, attempt)
	}
	for {
		var s results.Sample
		err := x.again(ctx, func() (err error) {
			s, err = x.sample(ctx, c, round, attempt)
			return err
		})
		if err != nil {
			return s, err
		}
		n := x.opsOf(c)
		if op, err := timeOfOp(s.Line); err != nil {
			return s, err
		} else if x.Ops == 0 && time.Duration(n)*op < leastTime {
			n = max(n, steadyOps(op, c))
		}
		if again, err := x.setOps(c, n); err != nil || !again {
			return s, err
		}
	}
}

// setOps records the ops of a cell, and of those that share them, unless one of these has
// a sample that counts. It says whether a sample that was taken before is another now.
func (x *experiment) setOps(c bench.Cell, n int) (changed bool, err error) {
	info, before := x.run.Info(), x.opsOf(c)
	if info.CellOps[c.Name()] == n {
		return false, nil
	}
	samples, err := x.run.Samples()
	if err != nil {
		return false, err
	}
	alike := x.sharingOps(c)
	for _, r := range results.Rounds(info, samples) {
		for _, other := range alike {
			if _, taken := r.Samples[other.Name()]; taken {
				return false, nil
			}
		}
	}
	ops := map[string]int{}
	maps.Copy(ops, info.CellOps)
	for _, other := range alike {
		ops[other.Name()] = n
	}
	info.CellOps = ops
	return n != before, x.run.SetInfo(info)
}

// sharingOps lists the cells whose samples have as many ops as the cell's: these are it,
// its A/A control and its other version, and in a run of peers the two windows of a client,
// whose throughputs are compared.
func (x *experiment) sharingOps(c bench.Cell) []bench.Cell {
	for _, alike := range x.alike() {
		if slices.Contains(alike, c) {
			return alike
		}
	}
	return []bench.Cell{c}
}

func (x *experiment) alike() [][]bench.Cell {
	if x.clients != nil {
		return variants(x.cells)
	}
	return grouped(x.cells, bench.Cell.Versionless)
}

// timeOfOp reads it from a benchmark line.
func timeOfOp(text string) (time.Duration, error) {
	if line, err := benchline.Parse(text); err == nil {
		if ns, _ := line.Of("ns/op"); ns > 0 {
			return time.Duration(ns), nil
		}
	}
	return 0, errors.New("it printed no benchmark line with ns/op")
}
