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
		if err != nil || r.Procs != 2 || r.Pairs != 1 || !(r.Alone > 0) || math.Abs(r.Worth-r.Together/r.Alone) > 1e-9 {
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
