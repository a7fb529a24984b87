package runner_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/procfs"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
	"collatebench/results"
)

// dies is the environment variable that makes the upstream end at the first
// payload it is asked for.
const dies = "COLLATEBENCH_TEST_UPSTREAM_DIES"

// killed makes it die there by SIGKILL.
const killed = "COLLATEBENCH_TEST_UPSTREAM_KILLED"

// TestMain lets this binary be what the runner starts: the upstream, or a
// client in another language.
func TestMain(m *testing.M) {
	be := func([]string) error {
		code := m.Run()
		shared.program.Remove()
		os.Exit(code)
		return nil
	}
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "mockserver":
			be = beUpstream
		case "client":
			be = beClient
		}
	}
	if err := be(os.Args[min(2, len(os.Args)):]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// shared is the compiled benchmark of all tests: a build takes seconds.
var shared struct {
	once    sync.Once
	program *runner.Program
	err     error
}

func program(t *testing.T) *runner.Program {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: starts upstreams and samples, and -short was given")
	}
	shared.once.Do(func() { shared.program, shared.err = runner.Compile(context.Background(), "") })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.program
}

func beUpstream(args []string) error {
	var o mockserver.Options
	fs := flag.NewFlagSet("mockserver", flag.ContinueOnError)
	fs.Bool("child", false, "")
	fs.Uint64Var(&o.Seed, "seed", 0, "")
	fs.Func("body", "", func(s string) error { o.Captured = append(o.Captured, s); return nil })
	for _, k := range behaviour.Knobs() {
		fs.Func(k.Name, "", func(s string) error { return k.Set(&o.Behaviour, s) })
	}
	if err := fs.Parse(args); err != nil {
		return err
	}
	if os.Getenv(dies) != "" || os.Getenv(killed) != "" {
		return dieAtFirstPayload(o)
	}
	return mockserver.Child(context.Background(), o, os.Stdin, os.Stdout)
}

func dieAtFirstPayload(o mockserver.Options) error {
	s, err := mockserver.New(o)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("{\"url\":\"http://%s\"}\n", l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/payload" {
			if os.Getenv(killed) != "" {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
			fmt.Fprintln(os.Stderr, "out of luck")
			os.Exit(3)
		}
		s.Handler().ServeHTTP(w, r)
	}))
}

// tiny asks for two cells and their A/A controls, each a few milliseconds: one op a sample.
func tiny(t *testing.T, rounds int, set ...string) runner.Options {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return options(t, rounds, exe, append([]string{"placement=collector,request", "window=4", "size=16KiB", "responses=24", "latency=none", "procs=1"}, set...)...)
}

func options(t *testing.T, rounds int, exe string, set ...string) runner.Options {
	t.Helper()
	o := runner.Options{Rounds: rounds, Ops: 1, Seed: 1, Out: t.TempDir(), Program: program(t), Self: []string{exe, "mockserver"}}
	for _, s := range set {
		name, list, _ := strings.Cut(s, "=")
		if err := o.Matrix.Set(name, list); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// noChildren fails where a process of this one is left.
func noChildren(t *testing.T) {
	t.Helper()
	all, err := procfs.AllProcs()
	if err != nil {
		t.Skip("no /proc to look for processes in")
	}
	for _, p := range all {
		if stat, err := p.Stat(); err == nil && stat.PPID == os.Getpid() && stat.State != "Z" {
			t.Errorf("process %d (%s) was left behind", p.PID, stat.Comm)
		}
	}
}

func samplesOf(t *testing.T, run *results.Run) []results.Sample {
	t.Helper()
	samples, err := run.Samples()
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// interrupt ends the run when a step begins that is called so.
func interrupt(cancel func(), when string) func(runner.Progress) {
	return func(p runner.Progress) {
		if strings.Contains(p.Doing, when) {
			cancel()
		}
	}
}

// TestFailingSample ends the run with what the sample said.
func TestFailingSample(t *testing.T) {
	run, err := runner.Start(t.Context(), tiny(t, 2, "faults=500:100%"))
	if err == nil || !strings.Contains(err.Error(), "500 Internal Server Error") || !strings.Contains(err.Error(), "placement=") {
		t.Errorf("got %v", err)
	}
	if run == nil || run.Info().State != results.Stopped || run.Info().Stopped == "" {
		t.Errorf("the run does not say that it was stopped, and why")
	}
	noChildren(t)
}

// TestDeadUpstream names the upstream, not the connection that broke.
func TestDeadUpstream(t *testing.T) {
	t.Setenv(dies, "1")
	run, err := runner.Start(t.Context(), tiny(t, 2))
	if err == nil || !strings.Contains(err.Error(), "the upstream process ended (exit status 3)") || !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("got %v", err)
	}
	if run == nil || run.Info().State != results.Stopped {
		t.Error("the run does not say that it was stopped")
	}
	noChildren(t)
}

func TestUpstreamThatDoesNotStart(t *testing.T) {
	o := tiny(t, 1)
	o.Self = []string{o.Self[0], "-test.run=^$", "-test.v"}
	if _, err := runner.Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), "start the upstream") {
		t.Errorf("got %v", err)
	}
	noChildren(t)
}

func TestBudget(t *testing.T) {
	o := tiny(t, 50)
	o.Budget = time.Nanosecond
	run, err := runner.Start(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "--budget 1ns") || len(samplesOf(t, run)) != 0 || run.Info().State != results.Stopped {
		t.Errorf("%v; the run is %s", err, run.Info().State)
	}
	if _, err := results.Find(o.Out, "latest"); err == nil {
		t.Error("a run without a round is the latest")
	}
}

func TestPrecision(t *testing.T) {
	o := tiny(t, 40)
	o.Precision = 1 // 100%: known after the first look
	run, err := runner.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	rounds := len(results.Rounds(run.Info(), samplesOf(t, run)))
	if rounds < 8 || rounds == 40 || rounds%4 != 0 || !strings.Contains(run.Info().Stopped, "--precision") {
		t.Errorf("%d rounds; stopped %q", rounds, run.Info().Stopped)
	}
}

// TestOrder repeats a seed and changes it. The two seeds begin their first round
// with different cells, so that they differ however early a flag ends an attempt.
func TestOrder(t *testing.T) {
	one, again, other := orders(t, 1), orders(t, 1), orders(t, 2)
	if !sameOrder(one, again) {
		t.Errorf("one seed, two orders:\n%v\n%v", one, again)
	}
	if sameOrder(one, other) {
		t.Errorf("two seeds, one order:\n%v", one)
	}
}

// attempt is one attempt of a round.
type attempt struct{ round, n int }

// sameOrder compares the attempts that both runs have. A flagged attempt ends
// early, so the shorter of two must begin the longer.
func sameOrder(a, b map[attempt][]string) bool {
	for at, cells := range a {
		if n := min(len(cells), len(b[at])); !slices.Equal(cells[:n], b[at][:n]) {
			return false
		}
	}
	return true
}

// orders are the cells of each attempt, as they were taken.
func orders(t *testing.T, seed uint64) map[attempt][]string {
	t.Helper()
	o := tiny(t, 3)
	o.Seed = seed
	run, err := runner.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[attempt][]string{}
	for _, s := range samplesOf(t, run) {
		at := attempt{s.Round, s.Attempt}
		out[at] = append(out[at], s.Cell)
	}
	return out
}

// TestControls are collector's and request's, at the largest window.
func TestControls(t *testing.T) {
	for _, c := range []struct {
		set  []string
		want []string
	}{
		{nil, []string{"collector 4", "request 4"}},
		{[]string{"window=2,16,4", "placement=inline,request,collector"}, []string{"collector 16", "request 16"}},
		{[]string{"placement=inline,pool"}, []string{"inline 4", "pool 4"}},
		{[]string{"placement=pool"}, []string{"pool 4"}},
	} {
		o := tiny(t, 1, c.set...)
		o.Budget = time.Nanosecond // the plan is enough
		run, err := runner.Start(t.Context(), o)
		if run == nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range run.Info().Cells {
			if cell, err := bench.ParseCell(name); err == nil && cell.AA != "" {
				got = append(got, fmt.Sprint(cell.Placement, " ", cell.Window))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: A/A controls are %v, want %v", c.set, got, c.want)
		}
	}
}

// TestCapturedBodies serves files, whose mean is the size. The core scaling is measured
// with them, for each codec.
func TestCapturedBodies(t *testing.T) {
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, 1, exe, "placement=collector,request", "window=4", "responses=24", "latency=none", "procs=1,2", "codec=json,sonic", "encoding=gzip")
	for i, text := range []string{`[{"a":1},{"b":[true,null,"x"]}]`, `{"items":[1,2.5,-3],"next":"abc"}`} {
		path := filepath.Join(dir, fmt.Sprintf("page%d.json", i))
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		o.Bodies = append(o.Bodies, path)
	}
	run, err := runner.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if want := "codec=sonic/placement=request/window=4/size=32B/encoding=gzip/payload=captured/responses=24/latency=none"; !slices.Contains(run.Info().Cells, want) {
		t.Errorf("no cell %q in\n%s", want, strings.Join(run.Info().Cells, "\n"))
	}
	if n := len(samplesOf(t, run)); n < 6 {
		t.Errorf("%d samples", n)
	}
	var scaled []bench.Work
	for _, s := range run.Info().Scalings {
		if scaled = append(scaled, s.Work()); s.Procs != 2 || s.Size != 32 || !(s.High > 0) {
			t.Errorf("a reading of %+v", s)
		}
	}
	want := []bench.Work{{Codec: "json", Encoding: "gzip", Payload: "captured"}, {Codec: "sonic", Encoding: "gzip", Payload: "captured"}}
	if !slices.Equal(scaled, want) && runtime.NumCPU() > 1 {
		t.Errorf("the core scaling was measured of %v; want %v", scaled, want)
	}
}
