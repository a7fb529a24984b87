package report

import (
	"slices"
	"strconv"

	"collatebench/bench"
	"collatebench/results/report/draw"
)

func windowsOf(cells []bench.Cell) []int {
	var out []int
	for _, c := range cells {
		out = append(out, c.Window)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func windowTicks(windows []int) []draw.Tick {
	var out []draw.Tick
	for _, w := range windows {
		out = append(out, draw.Tick{At: float64(w), Label: strconv.Itoa(w)})
	}
	return out
}

func placementsOf(cells []bench.Cell) []bench.Placement {
	var out []bench.Placement
	for _, c := range cells {
		if !slices.Contains(out, c.Placement) {
			out = append(out, c.Placement)
		}
	}
	return out
}
