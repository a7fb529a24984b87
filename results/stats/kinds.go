package stats

import (
	"math"
	"slices"

	"collatebench/bench"
	"collatebench/results"
)

// A Kind is the machines of one kind among those that took the rounds of a merged run, and what
// the cells did on them. Throughput is never pooled over two kinds; ratios within a round are.
type Kind struct {
	Kind   string     `json:"kind"`  // such as "8 cores, AMD EPYC 7B13, linux/amd64"
	Hosts  []string   `json:"hosts"` // their names, sorted
	Rounds int        `json:"rounds"`
	Cells  []KindCell `json:"cells"` // in table order, A/A controls included
}

// A KindCell is a cell on the machines of one kind.
type KindCell struct {
	Cell       string   `json:"cell"`
	Throughput Estimate `json:"throughput_mb_per_s"`
	CPUs       Estimate `json:"cpus"`
}

// kinds are the kinds of machines of a merged run, the one of the run's record first; nil for a run
// that was measured on one machine and not merged. A shard that moved is of several machines too.
func (v Values) kinds(info results.Info) []Kind {
	if !info.IsMerged() && len(info.Hosts) < 2 || len(v.Rounds) == 0 {
		return nil
	}
	first := info.Machine.Kind()
	names := slices.DeleteFunc(info.Kinds(), func(k string) bool { return k == first })
	var out []Kind
	for _, name := range append([]string{first}, names...) {
		of := v.ofKind(name)
		if len(of.Rounds) == 0 {
			continue
		}
		k := Kind{Kind: name, Rounds: len(of.Rounds), Hosts: slices.Compact(slices.Sorted(slices.Values(of.hosts)))}
		for _, c := range of.Cells {
			k.Cells = append(k.Cells, KindCell{v.names[c], NewEstimate(of.Series(c, results.Throughput)), NewEstimate(of.Series(c, results.CPUs))})
		}
		out = append(out, k)
	}
	return out
}

// ofKind returns the values of the machines of one kind.
func (v Values) ofKind(kind string) Values {
	return v.only(func(i int) bool { return v.ofRound[i] == kind })
}

// machines is on how many machines the rounds were taken.
func (v Values) machines() int { return len(slices.Compact(slices.Sorted(slices.Values(v.hosts)))) }

// apart returns throughputs of a cell that have nothing in common but the cell: those of the rounds
// of one machine, or of several machines the geometric mean of each.
func (v Values) apart(c bench.Cell) []float64 {
	var hosts []string
	of := map[string][]float64{}
	for i, round := range v.values {
		value, there := round[v.names[c]][results.Throughput]
		if !there {
			continue
		}
		if of[v.hosts[i]] == nil {
			hosts = append(hosts, v.hosts[i])
		}
		of[v.hosts[i]] = append(of[v.hosts[i]], value)
	}
	if len(hosts) < 2 {
		return v.Series(c, results.Throughput)
	}
	var out []float64
	for _, h := range hosts {
		out = append(out, math.Exp(mean(logs(of[h]))))
	}
	return out
}
