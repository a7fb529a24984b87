package runner

import (
	"context"
	"fmt"
	"path/filepath"

	"collatebench/bench"
	"collatebench/internal/allowance"
)

// calibrate measures the machine's core scaling, once for each kind of work of the
// cells: two cores that share their execution units do 1.6 to 1.9 times the work of
// one, a fast codec shares the way to memory more than a slow one, and a prediction
// that takes two cores for two is that much too high.
func (x *experiment) calibrate(ctx context.Context) error {
	info := x.run.Info()
	for _, c := range calibrated(x.cells) {
		x.doing(fmt.Sprintf("core scaling %s %s %s", c.Codec, c.Encoding, c.Payload), "")
		file := filepath.Join(x.scratch, "scaling.json")
		if _, err := x.execute(ctx, func() *process { return x.process(c, 1, "-scaling", "-detail="+file) }); err != nil {
			return err
		}
		r, err := bench.ReadScaling(file)
		if err != nil {
			return err
		}
		info.Scalings = info.Scalings.Add(r)
	}
	return x.run.SetInfo(info)
}

// calibrated returns a cell for each codec, encoding and kind of payload at the most
// cores: the one whose window holds most. There is none for one core, or for simulated
// ones.
func calibrated(cells []bench.Cell) []bench.Cell {
	var out []bench.Cell
	at := map[bench.Work]int{}
	procs := min(widest(cells).Procs, allowance.Here().Threads())
	for _, c := range cells {
		if c.Procs = min(c.Procs, allowance.Here().Threads()); c.Procs < procs || procs == 1 || c.Simulated() {
			continue
		}
		if c.GOGC == bench.GCOff {
			c.GOGC = 100 // a second of nothing but decoding would leave gigabytes
		}
		i, there := at[c.Work()]
		switch {
		case !there:
			at[c.Work()], out = len(out), append(out, c)
		case holds(c) > holds(out[i]):
			out[i] = c
		}
	}
	return out
}

// holds is how many bytes of payloads the window of a cell holds.
func holds(c bench.Cell) float64 { return float64(c.Window) * float64(c.Size) }

// widest returns the first cell with the most cores.
func widest(cells []bench.Cell) bench.Cell {
	best := cells[0]
	for _, c := range cells {
		if c.Procs > best.Procs {
			best = c
		}
	}
	return best
}
