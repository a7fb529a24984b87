package runner

import (
	"context"
	"path/filepath"
	"runtime"

	"collatebench/bench"
)

// calibrate asks what the machine's cores are worth together: two that share
// their execution units do 1.6 to 1.9 times the work of one, and a prediction
// that takes them for two is that much too high.
func (x *experiment) calibrate(ctx context.Context) error {
	c := widest(x.cells)
	c.Procs = min(c.Procs, runtime.NumCPU())
	if c.GOGC == bench.GCOff {
		c.GOGC = 100 // a second of nothing but decoding would leave gigabytes
	}
	if c.Procs == 1 || c.Simulated() {
		return nil
	}
	x.doing("what the cores are worth together")
	file := filepath.Join(filepath.Dir(x.binary.path), "worth.json")
	if err := x.process(c, 1, "-worth", "-detail="+file).run(ctx); err != nil {
		return err
	}
	worth, err := bench.ReadWorth(file)
	if err != nil {
		return err
	}
	info := x.run.Info()
	if info.Worth != nil && info.Worth.Procs == worth.Procs {
		worth = worth.Join(*info.Worth)
	}
	info.Worth = &worth
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
