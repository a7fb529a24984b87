package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"collatebench/bench"
	"collatebench/profiles"
	"collatebench/results"
)

// TestMain lets the test binary stand in for the program, which starts its
// upstream from its own executable.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "mockserver" || os.Getenv(beProgram) != "" {
		main()
	}
	if len(os.Args) > 1 && (strings.HasPrefix(os.Args[1], "--")) && !strings.HasPrefix(os.Args[1], "--test.") {
		if err := beClient(os.Args[1:]); err != nil { // "go test" has one dash
			fmt.Fprintln(os.Stderr, "poor:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if err := os.Chdir("../.."); err != nil { // where people run the program
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := os.Setenv(guardVariable, "off"); err != nil { // tests start runs side by side, on machines as busy as they are
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	realRuns.remove()
	os.Exit(code)
}

// program runs the command line in this process.
func program(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// starts says that a test starts processes: upstreams, samples or clients.
func starts(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: starts processes, and -short was given")
	}
}

// everyCommand walks the tree.
func everyCommand(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, sub := range c.Commands() {
		everyCommand(sub, visit)
	}
}

// TestExamplesParse holds each example of each help text, and each command line
// of the README, to the flags and arguments that exist.
func TestExamplesParse(t *testing.T) {
	var lines []string
	everyCommand(rootCommand(), func(c *cobra.Command) {
		if c.Example == "" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		lines = append(lines, strings.Split(c.Example, "\n")...)
	})
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	lines = append(lines, strings.Split(string(readme), "\n")...)
	n := 0
	for _, line := range lines {
		line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
		if !strings.HasPrefix(line, "collatebench ") {
			continue
		}
		n++
		if err := parses(line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if n < 10 {
		t.Errorf("only %d examples were found", n)
	}
}

func parses(line string) error {
	line, _, _ = strings.Cut(line, "   ") // what follows is a remark
	var args []string
	for _, quoted := range regexp.MustCompile(`(?:'[^']*'|[^\s'])+`).FindAllString(line, -1) {
		args = append(args, strings.ReplaceAll(quoted, "'", ""))
	}
	c, rest, err := rootCommand().Find(args[1:])
	if err == nil {
		err = c.ParseFlags(rest)
	}
	if err == nil {
		err = c.Args(c, c.Flags().Args())
	}
	return err
}

func TestHelpOfEveryCommand(t *testing.T) {
	everyCommand(rootCommand(), func(c *cobra.Command) {
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		code, out, errs := program(args...)
		if code != exitGood || errs != "" || !strings.Contains(out, "Examples:") {
			t.Errorf("%v: exit code %d, %s%s", args, code, out, errs)
		}
	})
}

// TestBadInput: one line that names the flag, the value and what is allowed,
// exit code 2, and nothing written.
func TestBadInput(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.har")
	if err := os.WriteFile(page, []byte(pageFile), 0o666); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		says []string
	}{
		{"peers --client nosuch", []string{"--client", `"nosuch"`, "rust, python, cpp", "path of a program"}},
		{"peers --client ./nosuch", []string{"--client", `"./nosuch"`, "no such file"}},
		{"peers --client go --placement nowhere", []string{"--placement", `"nowhere"`, "inline, collector"}},
		{"peers --client go --codec json --placement request,spawn", []string{"--placement", `"spawn"`, "inline, collector"}},
		{"peers --client go --codec xml", []string{"--codec", `"xml"`, "json, sonic"}},
		{"peers --window 0", []string{"--window", `"0"`, "from 1"}},
		{"peers --responses 40", []string{"--responses", `"40"`, "64 can"}},
		{"peers --procs 2,2000", []string{"--procs", `"2000"`, "1 to 1024"}},
		{"peers --window 600000", []string{"--window", `"600000"`, "twice that"}},
		{"peers --client go,go", []string{"--client", `"go"`, "twice"}},
		{"peers --client=", []string{"--client", `""`}},
		{"peers --client go --placement=", []string{"--placement", `""`, "inline, collector"}},
		{"peers --list --rounds 3", []string{"--rounds", "--list"}},
		{"peers --check " + os.Args[0] + "x", []string{"--check", "no such file"}},
		{"peers --procs none", []string{"--procs", `"none"`, "all"}},
		{"peers --check /no/such/client", []string{"--check", `"/no/such/client"`, "no such file"}},
		{"peers --check ./x --rounds 3", []string{"--rounds", "--check"}},
		{"peers --budget 0s", []string{"--budget", `"0s"`, "above zero"}},
		{"peers extra", []string{"extra"}},
		{"why client=rust/placement=spawn", []string{"client=rust", "collatebench peers"}},
		{"bench --placement nowhere", []string{"--placement", `"nowhere"`, "inline, collector"}},
		{"bench --window 0", []string{"--window", `"0"`, "from 1"}},
		{"bench --window 1,,8", []string{"--window", `""`, "from 1"}},
		{"bench --size 1MB!", []string{"--size", `"1MB!"`, "MiB"}},
		{"bench --size 1GiB", []string{"--size", `"1GiB"`, "256MiB"}},
		{"bench --codec xml", []string{"--codec", `"xml"`, "json, sonic, proto, cbor"}},
		{"bench --procs none", []string{"--procs", `"none"`, "all"}},
		{"bench --latency 10", []string{"--latency", `"10"`, "lognormal"}},
		{"bench --decode maybe", []string{"--decode", `"maybe"`, "on, off"}},
		{"why", []string{"accepts 1 arg"}},
		{"why placement=nowhere", []string{"placement", `"nowhere"`, "inline, collector"}},
		{"why window=8/window=9", []string{"window is given twice"}},
		{"why placement=pool/queue=4 --queue 2", []string{"--queue", `"2"`, "says it too"}},
		{"why window=128", []string{"window 128", "responses=128 can"}},
		{"why window=8 --pairs 2", []string{"--pairs", `"2"`, "fewer than 3"}},
		{"why queue=4 --upstream http://127.0.0.1:1", []string{"queue", "--upstream", "not ours"}},
		{"why window=8 --pairs 0", []string{"--pairs", `"0"`, "from 1"}},
		{"verdicts --seeds x", []string{"--seeds", `"x"`, "1,2,3"}},
		{"verdicts --only [", []string{"--only", `"["`, "missing closing"}},
		{"verdicts --only nothing", []string{"--only", `"nothing"`, "matches no scenario"}},
		{"verdicts --markdown missing.md", []string{"--markdown", `"missing.md"`, "no such file"}},
		{"verdicts --markdown LICENSE", []string{"--markdown", `"LICENSE"`, "<!-- verdicts: the table -->"}},
		{"verdicts --answers LICENSE", []string{"--answers", `"LICENSE"`, "no file of answers"}},
		{"verdicts --small --markdown README.md", []string{"--markdown", `"README.md"`, "a whole run"}},
		{"bench --gogc 0", []string{"--gogc", `"0"`, "off, or"}},
		{"bench --fetches 0", []string{"--fetches", `"0"`, "or none"}},
		{"bench --faults 503", []string{"--faults", `"503"`, "KIND:SHARE"}},
		{"bench --rounds 0", []string{"--rounds", `"0"`, "from 1"}},
		{"bench --precision 10", []string{"--precision", `"10"`, "percentage"}},
		{"bench --precision 10% --placement pool", []string{"--precision", `"10%"`, "one placement"}},
		{"bench --budget fast", []string{"--budget", `"fast"`, "3m"}},
		{"bench --wait long", []string{"--wait", `"long"`, "3m"}},
		{"compare a b --wait 2m", []string{"--wait", "--ref and --binary"}},
		{"bench --label ../up", []string{"--label", `"../up"`}},
		{"bench --seed -1", []string{"--seed", `"-1"`, "from 0"}},
		{"bench --body missing.json", []string{"--body", `"missing.json"`, "no such file"}},
		{"bench --body " + empty, []string{"--body", "0 bytes", "1 to"}},
		{"bench --body README.md", []string{"--body", `"README.md"`, "json"}},
		{"bench --body go.mod --size 1KiB", []string{"--size", `"1KiB"`, "--body"}},
		{"bench --replay missing", []string{"--replay", `"missing"`, "no such file"}},
		{"bench --replay=", []string{"--replay", `""`, "HAR"}},
		{"bench --replay " + page + " --body go.mod", []string{"--replay", page, "--body"}},
		{"bench --replay " + page + " --size 1KiB", []string{"--size", `"1KiB"`, "--replay"}},
		{"bench --replay " + page + " --upstream http://127.0.0.1:1", []string{"--replay", "--upstream"}},
		{"bench --replay " + page + " --codec cbor", []string{"--replay", "no body that a codec here decodes: 1 of application/json"}},
		{"bench --latency recorded", []string{"--latency", `"recorded"`, "mockserver --replay"}},
		{"mockserver --replay missing", []string{"--replay", "missing", "no such file"}},
		{"mockserver --replay=", []string{"--replay", `""`}},
		{"mockserver --addr 127.0.0.1:0 --latency recorded*2", []string{"latency", `"recorded*2"`, "--replay"}},
		{"mockserver --replay " + page + " --body go.mod", []string{"--body", "--replay"}},
		{"mockserver --replay " + page + " --latency recorded*0", []string{"--latency", `"recorded*0"`, "0.01"}},
		{"bench --window 128", []string{"--window", `"128"`, "responses=128"}},
		{"bench --label -x", []string{"--label", `"-x"`}},
		{"bench --resume=", []string{"--resume"}},
		{"bench --out /dev/null", []string{"--out", "/dev/null"}},
		{"bench --upstream nowhere", []string{"--upstream", `"nowhere"`, "http://"}},
		{"bench --payload captured", []string{"--payload", `"captured"`, "--body"}},
		{"bench --upstream http://127.0.0.1:1", []string{"--upstream", "127.0.0.1:1"}},
		{"bench --upstream http://127.0.0.1:1 --latency 5ms", []string{"--latency", `"5ms"`, "--upstream"}},
		{"bench --resume nothing", []string{"--resume", `"nothing"`}},
		{"bench --resume nothing --window 3", []string{"--window", "--resume"}},
		{"bench --source /", []string{"--source"}},
		{"bench extra", []string{"unknown command", "--help"}},
		{"compare latest", []string{"2 arg", "--help"}},
		{"compare nothing nowhere", []string{"OLD", `"nothing"`}},
		{"compare a b --format html", []string{"--format", `"html"`, "text, markdown, json, csv"}},
		{"compare a b --format csv --json", []string{"--format", `"csv"`, "--json"}},
		{"compare a b --fail-over 5", []string{"--fail-over", `"5"`, "percentage"}},
		{"compare a b --fail-over 100%", []string{"--fail-over", `"100%"`}},
		{"compare a b --fail-over 5% --alpha 50%", []string{"--alpha", `"50%"`, "20%"}},
		{"compare a b --alpha 1%", []string{"--alpha", "--fail-over"}},
		{"compare a b --only window=8", []string{"--only", "--fail-over"}},
		{"compare a b --fail-over 5% --only=", []string{"--only", `""`, "window=32"}},
		{"report ./bench", []string{"RUN", "./bench", "not a run folder"}},
		{"pprof latest --kind trace", []string{"--kind", `"trace"`, "go tool trace"}},
		{"report ./bench --png go.mod", []string{"--png", `"go.mod"`, "not a folder"}},
		{"report ./bench --png=", []string{"--png", `""`, "name of a folder"}},
		{"view nothing", []string{"RUN", `"nothing"`}},
		{"view ./bench", []string{"RUN", "./bench", "not a run folder"}},
		{"view one two", []string{"1 arg", "--help"}},
		{"view --addr nowhere", []string{"--addr", `"nowhere"`, "127.0.0.1:8080"}},
		{"view --addr 127.0.0.1:70000", []string{"--addr", `"127.0.0.1:70000"`, "65535"}},
		{"view --addr 192.0.2.1:0", []string{"--addr", `"192.0.2.1:0"`}},
		{"view --open=perhaps", []string{"--open", `"perhaps"`}},
		{"view --out go.mod", []string{"--out", `"go.mod"`, "folder"}},
		{"mockserver --queue -1", []string{"--queue", `"-1"`}},
		{"mockserver --max-size 1", []string{"--max-size", `"1"`}},
		{"mockserver --addr nowhere", []string{"--addr", `"nowhere"`}},
		{"frobnicate", []string{`"frobnicate"`, "--help"}},
	} {
		out := t.TempDir()
		args := strings.Fields(c.args)
		if (args[0] == "bench" || args[0] == "compare" || args[0] == "view") && !strings.Contains(c.args, "--out") {
			args = append(args, "--out", out)
		}
		code, stdout, stderr := program(args...)
		stderr = strings.TrimPrefix(stderr, "compiling the benchmark\n")
		if code != exitUsage || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q; want 2 and one line", c.args, code, stdout, stderr)
		}
		for _, s := range c.says {
			if !strings.Contains(stderr, s) {
				t.Errorf("%s: %q does not say %q", c.args, stderr, s)
			}
		}
		if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v (%v)", c.args, left, err)
		}
	}
}

// pageFile is a recording of one page, as a browser saves it.
const pageFile = `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-01-02T03:04:05Z",
	"request":{"method":"GET","url":"http://example.com/page?n=1","headers":[]},"timings":{"send":0,"wait":5,"receive":1},
	"response":{"status":200,"headers":[{"name":"Content-Type","value":"application/json"}],"content":{"size":7,"text":"[1,2,3]"}}}]}}`

// tiny is a matrix of two cells and their A/A controls that takes a few seconds.
var tiny = []string{"--placement", "collector,request", "--window", "4", "--size", "16KiB", "--responses", "24", "--procs", "1", "--latency", "none", "--rounds", "2"}

// TestBench runs the whole way of the data, from flags to tables and profiles.
func TestBench(t *testing.T) {
	starts(t)
	t.Parallel()
	out := t.TempDir()
	code, stdout, stderr := program(append([]string{"bench", "--label", "first", "--profile-cpu", "100ms", "--out", out}, tiny...)...)
	if code != exitGood {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	for _, want := range []string{"GOMAXPROCS=1", "collector", "request", "MB/s", "cpus", "ratio to collector", "noise floor", "flagged", "run folder"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the output has no %q:\n%s", want, stdout)
		}
	}
	run, err := results.Find(out, "latest")
	if err != nil {
		t.Fatal(err)
	}
	checkRun(t, run)
	t.Run("json", func(t *testing.T) { checkJSON(t, out) })
	t.Run("compare", func(t *testing.T) { checkCompare(t, out) })
	t.Run("pprof", func(t *testing.T) { checkPprof(t, run) })
}

func checkRun(t *testing.T, run *results.Run) {
	t.Helper()
	samples, err := run.Samples()
	if err != nil || len(samples) < 2*4 {
		t.Errorf("%d samples, %v; want 8 at least", len(samples), err)
	}
	if s := run.Info().State; s != results.Complete {
		t.Errorf("the run is %s", s)
	}
	for _, name := range run.Info().Cells {
		c, err := bench.ParseCell(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range profiles.Kinds() {
			_, err := os.Stat(filepath.Join(run.ProfileDir(c), k.File()))
			if control := c.AA != ""; control != (err != nil) {
				t.Errorf("%s: %s: %v", name, k, err)
			}
		}
	}
	for _, f := range []string{"bench.txt", "log.txt", "report/benchstat.txt", "report/benchstat.csv", "report/summary.json"} {
		if info, err := os.Stat(filepath.Join(run.Dir(), f)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", f, err)
		}
	}
	checkMerged(t, run)
}

func checkMerged(t *testing.T, run *results.Run) {
	t.Helper()
	p, err := profiles.Read(filepath.Join(run.Dir(), "profiles", results.MergedCPU))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Sample {
		if cell := s.Label[profiles.CellLabel]; len(cell) != 1 || !slices.Contains(run.Info().Cells, cell[0]) {
			t.Fatalf("a sample is labelled with the cell %q", cell)
		}
	}
}

func checkJSON(t *testing.T, out string) {
	code, stdout, stderr := program("report", "first", "--json", "--out", out)
	var summary map[string]any
	if err := json.Unmarshal([]byte(stdout), &summary); code != exitGood || err != nil || len(summary) == 0 {
		t.Errorf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
	}
}

func checkCompare(t *testing.T, out string) {
	code, stdout, stderr := program("compare", "first", "latest", "--out", out)
	if code != exitGood || !strings.Contains(stdout, "MB/s") && !strings.Contains(stdout, "B/s") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// checkPprof opens a cell's profile the way a person names it.
func checkPprof(t *testing.T, run *results.Run) {
	if _, _, err := profileName(run, "window=4", profiles.Heap); err == nil || !strings.Contains(err.Error(), "2 cells") {
		t.Errorf("two cells have a window of 4; got %v", err)
	}
	if _, _, err := profileName(run, "window=5", profiles.Heap); err == nil || !strings.Contains(err.Error(), "none of the 2 cells") {
		t.Errorf("no cell has a window of 5; got %v", err)
	}
	name, title, err := profileName(run, "placement=request", profiles.Heap)
	if err != nil || title != "codec=json/placement=request/window=4/size=16KiB/responses=24/latency=none" {
		t.Fatalf("%q, %v", title, err)
	}
	p, err := readProfile(run, name)
	if err != nil {
		t.Fatal(err)
	}
	h, err := profiles.Handler(p, profiles.UIOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err = profiles.ServeUI(ctx, "", h, func(url string) {
		go func() {
			defer cancel()
			checkPage(t, url)
		}()
	})
	if err != nil {
		t.Error(err)
	}
}

func checkPage(t *testing.T, url string) {
	resp, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Contains(page, []byte("payload")) {
		t.Errorf("%v: no function of ours in a page of %d bytes", err, len(page))
	}
}

// TestInstalledElsewhere builds the program and runs it where no source is.
func TestInstalledElsewhere(t *testing.T) {
	starts(t)
	exe := filepath.Join(t.TempDir(), "collatebench")
	if out, err := exec.Command("go", "build", "-o", exe, "./cmd/collatebench").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(exe, "bench")
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != exitUsage || !strings.Contains(string(out), "--source DIR") {
		t.Errorf("%v\n%s", err, out)
	}
	if left, err := fs.ReadDir(os.DirFS(cmd.Dir), "."); err != nil || len(left) > 0 {
		t.Errorf("left %v (%v)", left, err)
	}
}

// TestUpstreamElsewhere measures against a server in the foreground, which
// ends well on SIGTERM. A sample is large enough for a tick of CPU time, 10 ms.
func TestUpstreamElsewhere(t *testing.T) {
	starts(t)
	t.Parallel()
	server := exec.Command(os.Args[0], "mockserver", "--addr", "127.0.0.1:0", "--latency", "1ms")
	said, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	url := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || url == "" {
		t.Fatalf("the server said %q, %v", line, err)
	}
	out := t.TempDir()
	code, stdout, stderr := program("bench", "--upstream", url, "--placement", "collector,pool", "--window", "4",
		"--codec", "sonic", "--size", "1MiB", "--responses", "50", "--procs", "1", "--rounds", "1", "--profile=false", "--out", out)
	if code != exitGood || !strings.Contains(stdout, "pool") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	run, err := results.Find(out, "latest")
	if err != nil {
		t.Fatal(err)
	}
	if got := run.Info().Upstream; got != url {
		t.Errorf("run.json has the upstream %q, not %q", got, url)
	}
	samples, err := run.Samples()
	if err != nil {
		t.Fatal(err)
	}
	spent := 0.0
	for _, s := range samples {
		spent += s.UpstreamCPU
	}
	if runtime.GOOS == "linux" && spent == 0 {
		t.Errorf("%d samples of 50 MiB each cost the upstream on this machine no CPU time", len(samples))
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}
