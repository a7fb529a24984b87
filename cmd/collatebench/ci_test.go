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
const smallCells = "CELLS=PLACEMENT=collector,pool WINDOW=4 SIZE=16KiB RESPONSES=16 LATENCY=1ms PROCS=1 OPS=1 ROUNDS=1 PROFILE=false"

// A job is what a workflow of GitHub and a job of GitLab have in common here: shell.
type job struct {
	Steps []struct {
		Name, Uses, Run string
	}
	Script    []string
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
	env := []string{smallCells, "GITHUB_BASE_REF=main", "GITHUB_STEP_SUMMARY=" + summary}
	if !strings.Contains(github.Env["CELLS"], "PLACEMENT=") {
		t.Errorf("the cells of github.yml are %q", github.Env["CELLS"])
	}

	ran := 0
	for _, step := range github.Jobs["throughput"].Steps {
		switch {
		case (step.Uses == "") == (step.Run == ""):
			t.Errorf("github.yml: the step %+v is to have either uses or run", step)
		case step.Run != "":
			inClone(t, clone, env, step.Run)
			ran++
		}
	}
	if ran != 3 {
		t.Errorf("github.yml: %d steps were executed, want 3", ran)
	}
	hasRow(t, summary)
	base, err := results.Find(filepath.Join(clone, "results", "runs"), "baseline:base")
	if err != nil {
		t.Fatal(err)
	}
	if base.Info().Label != "base" {
		t.Errorf("the baseline is of %q", base.Info().Label)
	}

	compared := filepath.Join(clone, "comparison.txt")
	if err := os.Remove(compared); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"baseline", "throughput", "baseline"} { // the second one replaces the first
		script := gitlab[name].Script
		if len(script) < 2 {
			t.Errorf("gitlab.yml: the job %s has the script %q", name, script)
		}
		inClone(t, clone, env, strings.Join(script, "\n"))
	}
	hasRow(t, compared)
	if !slices.Contains(gitlab["throughput"].Artifacts.Paths, "comparison.txt") {
		t.Error("gitlab.yml: the comparison is no artifact")
	}
}

// hasRow checks that benchstat's tables have a row of each placement.
func hasRow(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"placement=collector ", "placement=pool "} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s has no row of %s:\n%s", path, want, text)
		}
	}
}

// inClone executes a script as the services do: bash that ends with the first error, also in
// a pipe.
func inClone(t *testing.T, clone string, env []string, script string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	c.Dir = clone
	c.Env = append(os.Environ(), append(env, "MAKEFLAGS=", "MAKELEVEL=")...)
	c.WaitDelay = time.Second
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
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
