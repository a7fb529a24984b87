package profiles

import (
	"cmp"
	"path/filepath"
	"runtime/pprof"
	"runtime/trace"

	"collatebench/internal/wholefile"
)

// cpuPass is the recorder of PassCPU.
type cpuPass struct {
	profile, trace *wholefile.File
	traced         bool // the trace has ended
}

// startCPU starts the trace first, so that it contains every CPU sample of its op. The profiler's rate stays at 100 Hz, because the kernel's timers do not
// keep a higher one: for more samples take a longer pass.
func startCPU(dir string) (recorder, error) {
	t, err := wholefile.Create(filepath.Join(dir, Trace.File()))
	if err != nil {
		return nil, err
	}
	if err := trace.Start(t); err != nil {
		t.Discard()
		return nil, err
	}
	p, err := startCPUProfile(filepath.Join(dir, CPU.File()))
	if err != nil {
		trace.Stop()
		t.Discard()
		return nil, err
	}
	return &cpuPass{profile: p, trace: t}, nil
}

func startCPUProfile(path string) (*wholefile.File, error) {
	p, err := wholefile.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(p); err != nil {
		p.Discard()
		return nil, err
	}
	return p, nil
}

func (c *cpuPass) full() error { return nil }

// op ends the trace with the first op.
func (c *cpuPass) op() error {
	c.traced = true
	trace.Stop()
	return c.trace.Commit()
}

func (c *cpuPass) stop() error {
	pprof.StopCPUProfile()
	var err error
	if !c.traced {
		err = c.op()
	}
	return cmp.Or(c.profile.Commit(), err)
}
