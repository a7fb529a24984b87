package bench_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"

	"collatebench/bench"
	"collatebench/internal/child"
	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
	"collatebench/profiles"
)

// options are this test binary's own flags: a person's, as in
// go test -bench . ./bench -window 1,8, and the runner's.
var options struct {
	matrix   bench.Matrix
	cell     string
	upstream string
	detail   string
	pass     string
	profiles string
	scaling  bool
	tethered bool
	serve    bool
	knobs    behaviour.Spec
}

func TestMain(m *testing.M) {
	defineFlags(flag.CommandLine)
	flag.Parse()
	if _, err := profiles.ParsePass(options.pass); options.pass != "" && err != nil {
		fmt.Fprintln(os.Stderr, "-pass:", err)
		os.Exit(2)
	}
	if options.serve {
		os.Exit(serve())
	}
	if options.tethered {
		go dieWithParent()
	}
	if options.scaling {
		os.Exit(scaling())
	}
	code := m.Run()
	started.stop()
	os.Exit(code)
}

func defineFlags(fs *flag.FlagSet) {
	for _, d := range bench.Dimensions() {
		if d.Asked() && !d.Suffix { // GOMAXPROCS is -cpu's, or the environment's
			fs.Var(bench.Flag{Matrix: &options.matrix, Name: d.Name}, d.Name, "comma list: "+d.Usage)
		}
	}
	fs.StringVar(&options.cell, "cell", "", "run this `name` alone, in place of the matrix")
	fs.StringVar(&options.upstream, "upstream", "", "base `URL` of the upstream; empty starts one")
	fs.BoolVar(&options.scaling, "scaling", false, "measure how many effective cores GOMAXPROCS are for -cell, write JSON to -detail or standard output, and end")
	fs.StringVar(&options.detail, "detail", "", "write the sample's detail to this `file`")
	fs.StringVar(&options.pass, "pass", "", "profile each cell: "+fmt.Sprint(profiles.Passes()))
	fs.StringVar(&options.profiles, "profiles", "", "the `folder` for profiles")
	fs.BoolVar(&options.tethered, "tethered", false, "end when standard input closes")
	fs.BoolVar(&options.serve, "serve", false, "be the upstream instead of a test")
	for _, k := range behaviour.Knobs() {
		fs.Func("serve-"+k.Name, "with -serve: "+k.Usage, func(s string) error { return k.Set(&options.knobs, s) })
	}
}

// serve is this binary as the upstream: a process of its own, so that it
// shares neither GOMAXPROCS nor heap nor profiles with the client, and plain
// go test needs no other program.
func serve() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := mockserver.Child(ctx, mockserver.Options{Behaviour: options.knobs, Seed: 1}, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mockserver:", err)
		return 1
	}
	return 0
}

// scaling is this binary as the calibration of the machine. GOMAXPROCS is the
// environment's; the cell's own says nothing here.
func scaling() int {
	c, err := bench.ParseCell(options.cell)
	if err != nil {
		fmt.Fprintln(os.Stderr, "-cell:", err)
		return 2
	}
	defer c.Tune()()
	calibration := bench.Calibration{
		Cell: c, Upstream: options.upstream, Procs: runtime.GOMAXPROCS(0), Slice: bench.ScalingSlice, Pairs: bench.ScalingPairs,
	}
	r, err := calibration.Measure(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	text, err := json.Marshal(r)
	switch {
	case err != nil:
	case options.detail == "":
		_, err = fmt.Printf("%s\n", text)
	default:
		err = os.WriteFile(options.detail, text, 0o666)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "write the core scaling:", err)
		return 1
	}
	return 0
}

// dieWithParent ends a sample whose runner is gone: the runner holds the other
// end of standard input, and its death closes it.
func dieWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}

// upstreams are child processes, one for each distinct behaviour.
type upstreams struct {
	mu      sync.Mutex
	running map[behaviour.Spec]*child.Child
}

var started upstreams

// starts says that a test starts processes: upstreams or samples.
func starts(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: starts processes, and -short was given")
	}
}

// upstream returns the base URL of an upstream that behaves like spec.
func upstream(tb testing.TB, spec behaviour.Spec) string {
	tb.Helper()
	if t, ok := tb.(*testing.T); ok {
		starts(t)
	}
	if options.upstream != "" {
		return options.upstream
	}
	started.mu.Lock()
	defer started.mu.Unlock()
	if c := started.running[spec]; c != nil {
		return c.URL
	}
	c, err := startChild(spec)
	if err != nil {
		tb.Fatalf("start the upstream: %v", err)
	}
	if started.running == nil {
		started.running = map[behaviour.Spec]*child.Child{}
	}
	started.running[spec] = c
	return c.URL
}

func startChild(spec behaviour.Spec) (*child.Child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"-serve"}
	for _, k := range behaviour.Knobs() {
		args = append(args, "-serve-"+k.Name+"="+k.Get(spec))
	}
	return child.Start(context.Background(), exec.Command(exe, args...), child.Options{Name: "upstream", Stderr: os.Stderr})
}

func (u *upstreams) stop() {
	u.mu.Lock()
	defer u.mu.Unlock()
	child.Stop(slices.Collect(maps.Values(u.running))...) // their errors went to stderr
}
