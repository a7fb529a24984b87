package stats

import (
	"math"

	"collatebench/bench"
)

// A PlacementRatio sums up the cells of one placement, and of one client.
type PlacementRatio struct {
	Placement string `json:"placement"` // of a client that is not Go's: "rust buffer-unordered"
	Cells     int    `json:"cells"`
	// Ratio is the geometric mean of the cells' ratios, new over old. Its interval is of how
	// far the cells of one placement scatter around its mean, all placements taken together;
	// what the machine did to all cells alike is in the mean and not in the interval.
	Ratio Ratio `json:"ratio"`
}

// leastDegrees: an interval from fewer degrees of freedom spans orders of magnitude.
const leastDegrees = 2

// byPlacement is an analysis of variance of the log ratios with the placement as its factor:
// placements of a few cells borrow their scatter from the others.
func byPlacement(cells []VersusCell) []PlacementRatio {
	var out []PlacementRatio
	var logs [][]float64
	at := map[string]int{}
	for _, c := range cells {
		name := placementName(c.parsed)
		i, there := at[name]
		if !there {
			i = len(out)
			at[name], out, logs = i, append(out, PlacementRatio{Placement: name, Ratio: Ratio{Rounds: c.Ratio.Rounds}}), append(logs, nil)
		}
		logs[i] = append(logs[i], math.Log(c.Ratio.Mean))
		out[i].Ratio.Rounds = min(out[i].Ratio.Rounds, c.Ratio.Rounds)
	}
	sum, degrees := 0.0, 0.0
	for _, l := range logs {
		if n := float64(len(l)); n > 1 {
			sum, degrees = sum+variance(l)*(n-1), degrees+n-1
		}
	}
	for i, l := range logs {
		out[i].Cells = len(l)
		center, half := mean(l), math.Inf(1)
		if degrees >= leastDegrees {
			half = tQuantile(degrees) * math.Sqrt(sum/degrees/float64(len(l)))
		}
		out[i].Ratio.Mean, out[i].Ratio.Low, out[i].Ratio.High = math.Exp(center), math.Exp(center-half), math.Exp(center+half)
	}
	return out
}

func placementName(c bench.Cell) string {
	if c.Foreign() {
		return string(c.Client) + " " + string(c.Placement)
	}
	return string(c.Placement)
}
