package bench_test

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"collatebench/bench"
)

func TestScaling(t *testing.T) {
	for _, codec := range []string{"json", "proto/encoding=gzip"} {
		r, err := bench.MeasureScaling(t.Context(), small(t, "codec="+codec), 2, time.Millisecond, 1)
		if err != nil || r.Procs != 2 || r.Pairs != 1 || !(r.Alone > 0) || math.Abs(r.EffectiveCores-2*r.CostAlone/r.CostTogether) > 1e-9 {
			t.Errorf("%s: %+v, %v", codec, r, err)
		}
	}
	if r, err := bench.MeasureScaling(t.Context(), small(t, "procs=1"), 1, time.Millisecond, 2); err != nil || r.EffectiveCores != 1 || r.Alone != r.Together {
		t.Errorf("one core: %+v, %v", r, err)
	}
	if r, err := bench.MeasureScaling(t.Context(), small(t, "procs=1"), 0, time.Millisecond, 1); err == nil {
		t.Errorf("no cores scale to %+v", r)
	}
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := bench.MeasureScaling(ctx, small(t, "procs=1"), 2, time.Hour, 1); !errors.Is(err, why) {
		t.Errorf("got %v; want the cause", err)
	}
}

// TestVirtualCoresAreWorthTheirNumber and nothing is measured: a slice of an
// hour would not end.
func TestVirtualCoresAreWorthTheirNumber(t *testing.T) {
	c, err := bench.ReadCell("virtual-cores=16x10MiBps/procs=2")
	if err != nil {
		t.Fatal(err)
	}
	r, err := bench.MeasureScaling(t.Context(), c, 2, time.Hour, 3)
	if want := (bench.Scaling{Procs: 16, Alone: 10, Together: 160, EffectiveCores: 16}); err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
}

// TestScalingFlag runs this binary as a runner does, with no upstream and no test.
func TestScalingFlag(t *testing.T) {
	starts(t)
	path := filepath.Join(t.TempDir(), "scaling.json")
	name := small(t, "codec=sonic/procs=1").Name()
	out, err := calibrate("-cell="+name, "-detail="+path)
	if err != nil || out != "" {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := bench.ReadScaling(path)
	if err != nil || r.Procs != 2 || r.Pairs != bench.ScalingPairs || !(r.Alone > 0) || !(r.Together > 0) {
		t.Errorf("%+v, %v", r, err)
	}
	virtual := small(t, "virtual-cores=4x1MiBps/procs=1").Name()
	out, err = calibrate("-cell=" + virtual)
	if want := `{"procs":4,"alone":64,"together":256,"effective_cores":4,"pairs":0}` + "\n"; err != nil || out != want {
		t.Errorf("got %q, %v; want %q", out, err, want)
	}
	out, err = calibrate("-cell=nothing")
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(out, "-cell") {
		t.Errorf("got %q, %v; want exit code 2", out, err)
	}
	for _, text := range []string{"", "{}", `{"procs":2}`} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if r, err := bench.ReadScaling(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q read as %+v, %v", text, r, err)
		}
	}
}

func calibrate(args ...string) (string, error) {
	cmd := exec.Command(os.Args[0], append(args, "-scaling")...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestJoinWeighsByPairs: a ratio and its inverse cancel, and more pairs weigh more.
func TestJoinWeighsByPairs(t *testing.T) {
	one := bench.Scaling{Procs: 2, Alone: 100, Together: 200, CostAlone: 1, CostTogether: 1, EffectiveCores: 2, Pairs: 3}
	got := one.Join(bench.Scaling{Procs: 2, Alone: 100, Together: 50, EffectiveCores: .5, Pairs: 3})
	if got.EffectiveCores < .999 || got.EffectiveCores > 1.001 || got.Pairs != 6 || got.Procs != 2 {
		t.Errorf("got %+v", got)
	}
	if got := one.Join(bench.Scaling{Procs: 2, Alone: 100, Together: 100, EffectiveCores: 1, Pairs: 1}); got.EffectiveCores < 1.68 || got.EffectiveCores > 1.69 {
		t.Errorf("three pairs of 2 and one of 1 give %.3f, want 2^(3/4)", got.EffectiveCores)
	}
	if got := (bench.Scaling{Procs: 2, EffectiveCores: 2}).Join(bench.Scaling{}); got.EffectiveCores != 2 {
		t.Errorf("nothing measured twice gives %+v", got)
	}
}
