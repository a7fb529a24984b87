package bench_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"collatebench/bench"
)

func TestScaling(t *testing.T) {
	for _, codec := range []string{"json", "proto/encoding=gzip"} {
		r, err := quick(small(t, "codec="+codec), 2, 2).Measure(t.Context())
		if err != nil || r.Procs != 2 || r.Pairs != 2 || len(r.Each) != 2 || !(r.Alone > 0) || !(r.CostAlone > 0) || !(r.CostTogether > 0) {
			t.Errorf("%s: %+v, %v", codec, r, err)
		}
		if !(r.Low > 0 && r.Low <= r.EffectiveCores && r.EffectiveCores <= r.High) {
			t.Errorf("%s: %v effective cores, %v to %v", codec, r.EffectiveCores, r.Low, r.High)
		}
	}
	r, err := quick(small(t, "codec=json"), 2, 1).Measure(t.Context())
	if err != nil || math.Abs(r.EffectiveCores-2*r.CostAlone/r.CostTogether) > 1e-9 || r.High != 0 {
		t.Errorf("one pair, of which no interval is known: %+v, %v", r, err)
	}
	if r, err := quick(small(t, "procs=1"), 1, 2).Measure(t.Context()); err != nil || r.EffectiveCores != 1 || r.Alone != r.Together || r.High != 0 {
		t.Errorf("one core: %+v, %v", r, err)
	}
	if r, err := quick(small(t, "procs=1"), 0, 1).Measure(t.Context()); err == nil {
		t.Errorf("no cores scale to %+v", r)
	}
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	endless := bench.Calibration{Cell: small(t, "procs=1"), Procs: 2, Slice: time.Hour, Pairs: 1}
	if _, err := endless.Measure(ctx); !errors.Is(err, why) {
		t.Errorf("got %v; want the cause", err)
	}
}

func quick(c bench.Cell, procs, pairs int) bench.Calibration {
	return bench.Calibration{Cell: c, Procs: procs, Slice: time.Millisecond, Pairs: pairs}
}

// TestScalingOfCapturedBodies: the upstream has three, which rotate, and each is fetched
// once. They are decoded as they travel.
func TestScalingOfCapturedBodies(t *testing.T) {
	var asked []string
	bodies := []string{`[{"a": 1}]`, `{"b": [2, 3]}`, `"c"`}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("id"))
		if kind := r.URL.Query().Get("kind"); kind != "captured" {
			t.Errorf("asked for %s", kind)
		}
		id, _ := strconv.Atoi(r.URL.Query().Get("id"))
		fmt.Fprint(w, bodies[id%3])
	}))
	defer server.Close()
	c := small(t, "payload=captured")
	k := quick(c, 2, 1)
	if r, err := k.Measure(t.Context()); err == nil || !strings.Contains(err.Error(), "upstream") {
		t.Errorf("without an upstream: %+v, %v", r, err)
	}
	k.Upstream = server.URL
	r, err := k.Measure(t.Context())
	if err != nil || r.Work() != c.Work() || r.Size != c.Size || !(r.EffectiveCores > 0) {
		t.Errorf("%+v, %v", r, err)
	}
	if want := []string{"0", "1", "2", "3"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v; want %v", asked, want)
	}
	bodies[1] = "no JSON"
	if r, err := k.Measure(t.Context()); err == nil {
		t.Errorf("bodies that can't be decoded give %+v", r)
	}
}

// TestVirtualCoresAreWorthTheirNumber and nothing is measured: a slice of an
// hour would not end.
func TestVirtualCoresAreWorthTheirNumber(t *testing.T) {
	c, err := bench.ReadCell("virtual-cores=16x10MiBps/procs=2")
	if err != nil {
		t.Fatal(err)
	}
	r, err := bench.Calibration{Cell: c, Procs: 2, Slice: time.Hour, Pairs: 3}.Measure(t.Context())
	if want := (bench.Scaling{Procs: 16, Alone: 10, Together: 160, EffectiveCores: 16}); err != nil || !reflect.DeepEqual(r, want) {
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
	if err != nil || r.Procs != 2 || r.Pairs != bench.ScalingPairs || !(r.Alone > 0) || !(r.Together > 0) || !(r.High > 0) || r.Held < 2*8<<20 {
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

// TestJoinHoldsAllPairs: the interval of two readings is that of all their pairs, and is
// not known where a reading does not have its pairs.
func TestJoinHoldsAllPairs(t *testing.T) {
	one := bench.Scaling{Procs: 2, EffectiveCores: 2, Low: 1.9, High: 2.1, Pairs: 2, Each: []float64{1.9, 2.1}}
	two := bench.Scaling{Procs: 2, EffectiveCores: 1, Low: 1, High: 1, Pairs: 2, Each: []float64{1, 1}}
	if got := one.Join(two); len(got.Each) != 4 || got.Low > 1 || got.High < 2 || got.Low <= 0 {
		t.Errorf("readings of 2 and 1 give %.2f to %.2f, from %v", got.Low, got.High, got.Each)
	}
	two.Each = nil
	if got := one.Join(two); got.Low != 0 || got.High != 0 {
		t.Errorf("without the pairs of one: %.2f to %.2f", got.Low, got.High)
	}
}

// TestScalingsFitTheirCells: each cell has the reading of its own codec, encoding and kind
// of payload, on its cores.
func TestScalingsFitTheirCells(t *testing.T) {
	reading := func(cell string, procs int, effective float64) bench.Scaling {
		w := small(t, cell).Work()
		return bench.Scaling{Procs: procs, Codec: w.Codec, Encoding: w.Encoding, Payload: w.Payload, EffectiveCores: effective, Pairs: 1}
	}
	old := reading("codec=json", 4, 3)
	old.Payload = ""
	all := bench.Scalings{old, reading("codec=json", 2, 1.9), reading("codec=sonic", 2, 1.8),
		reading("codec=json/encoding=gzip", 2, 1.7), reading("codec=json/payload=captured", 2, 1.6)}
	for cell, want := range map[string]float64{
		"codec=json": 1.9, "codec=json/placement=pool/conns=2": 1.9, "codec=sonic": 1.8, "codec=json/encoding=gzip": 1.7, "codec=json/payload=captured": 1.6,
	} {
		if r, same := all.Of(small(t, cell), 2); !same || r.EffectiveCores != want {
			t.Errorf("%s has %v, %v; want %v", cell, r.EffectiveCores, same, want)
		}
	}
	if r, same := all.Of(small(t, "codec=json"), 4); !same || r.EffectiveCores != 3 {
		t.Errorf("a reading without a kind is %v, %v; want that of records", r.EffectiveCores, same)
	}
	if r, same := all.Of(small(t, "codec=cbor"), 2); same || r.EffectiveCores != 1.6 {
		t.Errorf("a codec without a reading has %v, %v; want the lowest", r.EffectiveCores, same)
	}
	if r, same := all.Of(small(t, "codec=json"), 8); same || r.EffectiveCores != 0 {
		t.Errorf("cores without a reading have %v, %v", r.EffectiveCores, same)
	}
	more := all.Add(reading("codec=sonic", 2, 1.8)).Add(reading("codec=cbor", 2, 1.5)).Add(reading("codec=sonic", 4, 3))
	if len(more) != len(all)+2 || more[2].Pairs != 2 || all[2].Pairs != 1 {
		t.Errorf("%d readings became %d: %+v", len(all), len(more), more)
	}
}
