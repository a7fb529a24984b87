package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"collatebench/results"
)

// smallCells stand for those of the jobs, which take minutes.
const (
	ofCells    = "--placement=collector,pool --window=4 --size=16KiB --responses=16 --latency=1ms --procs=1 --ops=1"
	smallPair  = "CELLS=" + ofCells + " --rounds=3"
	smallCells = smallPair + " --profile=none"
)

// A job is what a workflow of GitHub and a job of GitLab have in common here: shell.
type job struct {
	Steps []struct {
		Name, Uses, Run string
	}
	Script []string
	Before []string `yaml:"before_script"`
	Allow  struct {
		Codes []int `yaml:"exit_codes"`
	} `yaml:"allow_failure"`
	Artifacts struct{ Paths []string }
}

func readYAML(t *testing.T, path string, to any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(text, to)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// TestCIJobs executes the steps of both example jobs, on small cells, in a clone of what is
// here. What the services do themselves (checkout, Go, artifacts, caches) is left out.
func TestCIJobs(t *testing.T) {
	starts(t)
	for _, tool := range []string{"git", "make", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED: no %s here", tool)
		}
	}
	var github struct {
		Env  map[string]string
		Jobs map[string]job
	}
	var gitlab map[string]job
	readYAML(t, "scripts/ci/github.yml", &github)
	readYAML(t, "scripts/ci/gitlab.yml", &gitlab)
	clone := cloneOfThis(t)
	summary := filepath.Join(t.TempDir(), "summary.md")
	if cells := github.Env["CELLS"]; !strings.Contains(cells, "--placement=") {
		t.Errorf("the cells of github.yml are %q", cells)
	}

	ran := 0
	for _, step := range github.Jobs["throughput"].Steps {
		switch {
		case (step.Uses == "") == (step.Run == ""):
			t.Errorf("github.yml: the step %+v is to have either uses or run", step)
		case step.Run != "":
			env := []string{smallPair, "GATE=--fail-over=80% --alpha=20%", "GITHUB_BASE_REF=main", "GITHUB_STEP_SUMMARY=" + summary}
			if code := inClone(t, clone, env, step.Run); code != exitGood {
				t.Errorf("github.yml: %q ended with %d", step.Run, code)
			}
			ran++
		}
	}
	if ran != 1 {
		t.Errorf("github.yml: %d steps were executed, want 1", ran)
	}
	compares(t, summary)

	compared := filepath.Join(clone, "comparison.md")
	if err := os.Remove(compared); err != nil {
		t.Fatal(err)
	}
	before := gitlab[".throughput"].Before
	for _, name := range []string{"baseline", "throughput", "baseline"} { // the second one replaces the first
		job := gitlab[name]
		if len(job.Script) < 2 || len(before) == 0 {
			t.Errorf("gitlab.yml: the job %s has the script %q", name, job.Script)
		}
		code := inClone(t, clone, []string{smallCells, "GATE=--fail-over=80% --alpha=20%"}, strings.Join(append(slices.Clone(before), job.Script...), "\n"))
		if code != exitGood && !slices.Contains(job.Allow.Codes, code) {
			t.Errorf("gitlab.yml: the job %s ended with %d", name, code)
		}
	}
	compares(t, compared)
	if base, err := results.Find(filepath.Join(clone, "results", "runs"), "baseline:main"); err != nil || base.Info().Label != "base" {
		t.Errorf("the baseline: %v", err)
	}
	if !slices.Contains(gitlab["throughput"].Artifacts.Paths, "comparison.md") || !slices.Equal(gitlab["throughput"].Allow.Codes, []int{exitInconclusive}) {
		t.Errorf("gitlab.yml: %+v", gitlab["throughput"])
	}
}

// compares checks that a comparison has a gate and a row of each placement.
func compares(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"### collatebench: ", "**gate: ", "| `placement=collector", "| `placement=pool"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s has no %q:\n%s", path, want, text)
		}
	}
}

// inClone executes a script as the services do: bash that ends with the first error, also in
// a pipe. It returns the exit code, -1 if it could not end.
func inClone(t *testing.T, clone string, env []string, script string) int {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	c.Dir = clone
	c.Env = append(os.Environ(), append(env, "MAKEFLAGS=", "MAKELEVEL=")...)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	if err != nil {
		t.Logf("%s: %v\n%s", script, err, out)
	}
	return c.ProcessState.ExitCode()
}

// cloneOfThis clones a repository whose branch main is the working tree as it is.
func cloneOfThis(t *testing.T) string {
	t.Helper()
	origin, clone := filepath.Join(t.TempDir(), "origin"), filepath.Join(t.TempDir(), "clone")
	script := `
		git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' f; do
			if [ -e "$f" ]; then mkdir -p "$1/$(dirname "$f")"; cp -p "$f" "$1/$f"; fi
		done
		git init -q -b main "$1"
		git -C "$1" add -A
		git -C "$1" -c user.name=test -c user.email=test@localhost commit -q -m "as it is"
		git clone -q "$1" "$2"
	`
	c := exec.CommandContext(t.Context(), "bash", "-eo", "pipefail", "-c", script, "clone", origin, clone)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return clone
}

// TestOwnCI: the workflow of this project runs .ci/run, in an image of Debian with the Go of
// go.mod.
func TestOwnCI(t *testing.T) {
	var workflow struct {
		Jobs map[string]struct {
			Container struct{ Image string }
			Steps     []struct{ Uses, Run string }
		}
	}
	readYAML(t, ".github/workflows/ci.yml", &workflow)
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	check := workflow.Jobs["check"]
	_, version, _ := strings.Cut(check.Container.Image, "golang:")
	version, _, _ = strings.Cut(version, "-")
	if version == "" || !strings.Contains(string(mod), "\ngo "+version) {
		t.Errorf("the image is %q; go.mod has\n%.60s", check.Container.Image, mod)
	}
	runs := 0
	for _, step := range check.Steps {
		if step.Run == ".ci/run" {
			runs++
		}
	}
	if f, err := os.Stat(".ci/run"); err != nil || f.Mode()&0o111 == 0 || runs != 1 {
		t.Errorf("%d steps run .ci/run, which is %v, %v", runs, f, err)
	}
}
