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

func TestWorth(t *testing.T) {
	for _, codec := range []string{"json", "proto/encoding=gzip"} {
		r, err := bench.Worth(t.Context(), small(t, "codec="+codec), 2, time.Millisecond, 1)
		if err != nil || r.Procs != 2 || r.Pairs != 1 || !(r.Alone > 0) || math.Abs(r.Worth-2*r.CostAlone/r.CostTogether) > 1e-9 {
			t.Errorf("%s: %+v, %v", codec, r, err)
		}
	}
	if r, err := bench.Worth(t.Context(), small(t, "procs=1"), 1, time.Millisecond, 2); err != nil || r.Worth != 1 || r.Alone != r.Together {
		t.Errorf("one core: %+v, %v", r, err)
	}
	if r, err := bench.Worth(t.Context(), small(t, "procs=1"), 0, time.Millisecond, 1); err == nil {
		t.Errorf("no cores are worth %+v", r)
	}
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := bench.Worth(ctx, small(t, "procs=1"), 2, time.Hour, 1); !errors.Is(err, why) {
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
	r, err := bench.Worth(t.Context(), c, 2, time.Hour, 3)
	if want := (bench.WorthReading{Procs: 16, Alone: 10, Together: 160, Worth: 16}); err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
}

// TestWorthFlag runs this binary as a runner does, with no upstream and no test.
func TestWorthFlag(t *testing.T) {
	path := filepath.Join(t.TempDir(), "worth.json")
	name := small(t, "codec=sonic/procs=1").Name()
	out, err := calibrate("-cell="+name, "-detail="+path)
	if err != nil || out != "" {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := bench.ReadWorth(path)
	if err != nil || r.Procs != 2 || r.Pairs != bench.WorthPairs || !(r.Alone > 0) || !(r.Together > 0) {
		t.Errorf("%+v, %v", r, err)
	}
	virtual := small(t, "virtual-cores=4x1MiBps/procs=1").Name()
	out, err = calibrate("-cell=" + virtual)
	if want := `{"procs":4,"alone":64,"together":256,"worth":4,"pairs":0}` + "\n"; err != nil || out != want {
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
		if r, err := bench.ReadWorth(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q read as %+v, %v", text, r, err)
		}
	}
}

func calibrate(args ...string) (string, error) {
	cmd := exec.Command(os.Args[0], append(args, "-worth")...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestJoinWeighsByPairs: a ratio and its inverse cancel, and more pairs weigh more.
func TestJoinWeighsByPairs(t *testing.T) {
	one := bench.WorthReading{Procs: 2, Alone: 100, Together: 200, CostAlone: 1, CostTogether: 1, Worth: 2, Pairs: 3}
	got := one.Join(bench.WorthReading{Procs: 2, Alone: 100, Together: 50, Worth: .5, Pairs: 3})
	if got.Worth < .999 || got.Worth > 1.001 || got.Pairs != 6 || got.Procs != 2 {
		t.Errorf("got %+v", got)
	}
	if got := one.Join(bench.WorthReading{Procs: 2, Alone: 100, Together: 100, Worth: 1, Pairs: 1}); got.Worth < 1.68 || got.Worth > 1.69 {
		t.Errorf("three pairs of 2 and one of 1 give %.3f, want 2^(3/4)", got.Worth)
	}
	if got := (bench.WorthReading{Procs: 2, Worth: 2}).Join(bench.WorthReading{}); got.Worth != 2 {
		t.Errorf("nothing measured twice gives %+v", got)
	}
}
