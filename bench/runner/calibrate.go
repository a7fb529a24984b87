package runner

import (
	"context"
	"path/filepath"

	"collatebench/bench"
	"collatebench/internal/allowance"
)

// calibrate measures the machine's core scaling: two cores that share
// their execution units do 1.6 to 1.9 times the work of one, and a prediction
// that takes them for two is that much too high.
func (x *experiment) calibrate(ctx context.Context) error {
	c := widest(x.cells)
	c.Procs = min(c.Procs, allowance.Here().Threads())
	if c.GOGC == bench.GCOff {
		c.GOGC = 100 // a second of nothing but decoding would leave gigabytes
	}
	if c.Procs == 1 || c.Simulated() {
		return nil
	}
	x.doing("core scaling", "")
	file := filepath.Join(x.scratch, "scaling.json")
	if err := x.process(c, 1, "-scaling", "-detail="+file).execute(ctx); err != nil {
		return err
	}
	scaling, err := bench.ReadScaling(file)
	if err != nil {
		return err
	}
	info := x.run.Info()
	if info.Scaling != nil && info.Scaling.Procs == scaling.Procs {
		scaling = scaling.Join(*info.Scaling)
	}
	info.Scaling = &scaling
	return x.run.SetInfo(info)
}

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
