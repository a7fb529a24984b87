package stats

import (
	"fmt"
	"math"

	"collatebench/internal/spell"
)

// fewMachines: an interval of fewer rests on how these happened to differ. Its t has a degree of
// freedom less than there are machines: 12.7 standard errors for two of them.
const fewMachines = 4

// Pairs are the values of two cells in the rounds that have both, by round.
type Pairs struct {
	Over, Base []float64
	// Again are the values of a second sample of Base in each round, its A/A control; nil for none.
	// The ratio is then to the geometric mean of the two, which a quarter less noise is in, and
	// which the ratio of the control to Base tells nothing of: that one rests on their difference.
	Again []float64
	// Hosts names the machine that took each round; nil for one machine.
	Hosts []string
}

// estimate is the effect that the pairs show: the centre of their log ratios, of one machine as
// [huber] has it. A machine is a block: what is particular to it is in all of its rounds, so that
// more of them know it no better. Of several machines each has its own centre, and the effect is
// the mean of these with the scatter between them: a cluster-robust interval in which each
// machine has the same weight. Weights by the number of rounds, or by a variance that six rounds
// have shown, follow the machine that happened to be quiet (TestMachines has the coverage).
func (p Pairs) estimate() (Effect, error) {
	logs, err := p.logs()
	if err != nil {
		return Effect{}, err
	}
	blocks := p.blocks(logs)
	if len(blocks) == 1 {
		return one(logs), nil
	}
	centres, within := make([]float64, len(blocks)), 0.0
	for i, b := range blocks {
		e := one(b.logs)
		centres[i] = e.Log
		if e.known() {
			within += e.SE * e.SE
		}
	}
	m := float64(len(blocks))
	e := Effect{Log: mean(centres), SE: math.Sqrt(variance(centres) / m), Degrees: m - 1}
	e.Fixed = math.Sqrt(max(0, e.SE*e.SE-within/(m*m))) // more rounds leave the machines as they are
	return e, nil
}

// logs are the log ratios, by round.
func (p Pairs) logs() ([]float64, error) {
	logs, err := logRatios(p.Over, p.Base)
	if err != nil || p.Again == nil {
		return logs, err
	}
	again, err := logRatios(p.Over, p.Again)
	if err != nil {
		return nil, err
	}
	for i := range logs {
		logs[i] = (logs[i] + again[i]) / 2
	}
	return logs, nil
}

// control is the ratio of the A/A control.
func (p Pairs) control() Pairs { return Pairs{Over: p.Again, Base: p.Base, Hosts: p.Hosts} }

// one is the effect that the log ratios of one machine show.
func one(logs []float64) Effect {
	if len(logs) == 1 {
		return Effect{Log: logs[0], SE: math.Inf(1)}
	}
	e := Effect{Degrees: float64(len(logs) - 1)}
	e.Log, e.SE = huber(logs)
	return e
}

// A block is what one machine has shown.
type block struct {
	host string
	logs []float64
}

// blocks groups the log ratios by their machines, in the order in which these come first.
func (p Pairs) blocks(logs []float64) []block {
	if len(p.Hosts) == 0 {
		return []block{{"", logs}}
	}
	var out []block
	at := map[string]int{}
	for i, l := range logs {
		n, there := at[p.Hosts[i]]
		if !there {
			n = len(out)
			at[p.Hosts[i]], out = n, append(out, block{host: p.Hosts[i]})
		}
		out[n].logs = append(out[n].logs, l)
	}
	return out
}

// machines is on how many machines the pairs were taken.
func (p Pairs) machines() int { return len(p.blocks(make([]float64, len(p.Over)))) }

// doubts say which machines show the opposite of what all together do.
func (p Pairs) doubts(all Effect) []string {
	logs, err := p.logs()
	if err != nil {
		return nil
	}
	blocks := p.blocks(logs)
	if len(blocks) == 1 {
		return nil
	}
	var out []string
	if len(blocks) < fewMachines {
		out = append(out, fmt.Sprintf("%s are few: the interval rests on how they happened to differ", spell.Plural(len(blocks), "machine")))
	}
	for _, b := range blocks {
		e := one(b.logs)
		if e.known() && all.Log*e.Log < 0 && math.Abs(e.Log) > e.SE*tQuantile(e.Degrees) {
			out = append(out, fmt.Sprintf("on %s it is %.2f, on all machines %.2f", b.host, math.Exp(e.Log), math.Exp(all.Log)))
		}
	}
	return out
}
