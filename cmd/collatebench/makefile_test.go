package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"collatebench/bench"
)

// beProgram, in the environment, makes this binary the program itself.
const beProgram = "COLLATEBENCH_TEST_PROGRAM"

// echo is a program that prints its arguments and what it finds as GOGC.
const echo = "#!/bin/sh\nprintf '%s\\n' \"$@\" \"GOGC is ${GOGC-unset}\"\n"

// runMake runs the Makefile with another program in place of the real one, in
// an environment without what a make around this test has put there.
func runMake(t *testing.T, program string, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	starts(t)
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("SKIPPED: no make here")
	}
	with := filepath.Join(t.TempDir(), "with.mk")
	text := fmt.Sprintf("include Makefile\nPROGRAM := %s\nprogram: ;\n", program)
	if err := os.WriteFile(with, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command("make", append([]string{"-s", "-f", with}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !strings.Contains(name, "MAKE") && name != "MFLAGS" && name != "GOGC" {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, env...)
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(?m)^.* warning: (overriding|ignoring old) .*\n`).ReplaceAllString(errs.String(), "")
	return cmd.ProcessState.ExitCode(), out.String(), said
}

func echoProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "echo")
	if err := os.WriteFile(path, []byte(echo), 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

// arguments of make that are no flags, by command; a target with none here
// takes flags alone. report has no target.
var positional = map[string][]string{"baseline": {"NAME", "RUN"}, "why": {"CELL"}, "compare": {"OLD", "NEW"}, "merge": {"RUN"}, "view": {"RUN"}, "pprof": {"RUN", "CELL"}}

// TestMakeHandsOnEveryFlag gives each command each of its flags by the variable
// of that name, with a value that a shell would take apart.
func TestMakeHandsOnEveryFlag(t *testing.T) {
	program := echoProgram(t)
	for _, c := range rootCommand().Commands() {
		if c.Name() == "report" {
			continue
		}
		variables, want := []string{c.Name()}, []string{c.Name()}
		if c.Name() == "baseline" { // its target is that of save
			want = append(want, "save")
			c, _, _ = c.Find([]string{"save"})
		}
		give := func(variable, before string) {
			value := "it's " + strings.ToLower(variable) + ` "a b" \c`
			variables, want = append(variables, variable+"="+value), append(want, before+value)
		}
		for _, variable := range positional[variables[0]] {
			give(variable, "")
		}
		flags := len(want)
		c.Flags().VisitAll(func(f *pflag.Flag) { give(strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")), "--"+f.Name+"=") })
		if flags == len(want) {
			t.Errorf("%s has no flags", c.Name())
		}
		code, stdout, stderr := runMake(t, program, nil, variables...)
		got := strings.Split(strings.TrimSuffix(stdout, "\nGOGC is unset\n"), "\n")
		if len(got) > flags {
			slices.Sort(got[flags:])
		}
		slices.Sort(want[flags:])
		if code != 0 || !slices.Equal(got, want) {
			t.Errorf("make %q: exit code %d, %s\ngot  %q\nwant %q", variables, code, stderr, got, want)
		}
	}
}

// TestMakeTakesOnlyWhatItIsGiven: what a shell exports is for something else.
func TestMakeTakesOnlyWhatItIsGiven(t *testing.T) {
	exported := []string{"WINDOW=3", "LABEL=x", "RUN=y", "CELL=z", "KIND=heap"}
	for args, want := range map[string]string{
		"bench":         "bench\nGOGC is unset\n",
		"bench GOGC=50": "bench\n--gogc=50\nGOGC is unset\n",
		"view":          "view\nGOGC is unset\n",
		"pprof":         "pprof\nlatest\nGOGC is unset\n",
	} {
		if code, stdout, stderr := runMake(t, echoProgram(t), exported, strings.Fields(args)...); code != 0 || stdout != want || stderr != "" {
			t.Errorf("make %s: exit code %d, %q, %s; want %q", args, code, stdout, stderr, want)
		}
	}
	if code, _, stderr := runMake(t, echoProgram(t), exported, "why"); code != 2 || !strings.Contains(stderr, "CELL is missing: make why CELL=") {
		t.Errorf("make why: exit code %d, %s", code, stderr)
	}
}

// TestMakeRefusesMisspeltVariables: the program says so in one line, and a
// target that starts nothing takes none. -n, or a fault here would run all tests.
func TestMakeRefusesMisspeltVariables(t *testing.T) {
	for args, want := range map[string]string{
		"bench WINDW=8":                "collatebench: unknown flag: --windw\n",
		"why CELL=window=8 KIND=heap":  "collatebench: unknown flag: --kind\n",
		"compare OLD=a NEW=b WINDW=8":  "collatebench: unknown flag: --windw\n",
		"compare OLD=a NEW=b WINDOW=8": "collatebench: --window has no effect on two runs that are there: it is for --ref and --binary\n",
		"mockserver VIRTUAL_CORES=8":   "collatebench: unknown flag: --virtual-cores\n",
	} {
		code, stdout, stderr := runMake(t, os.Args[0], []string{beProgram + "=1"}, strings.Fields(args)...)
		said, rest, _ := strings.Cut(stderr, "make: ***")
		if code != exitUsage || stdout != "" || said != want || !strings.Contains(rest, "Error 2") {
			t.Errorf("make %s: exit code %d, %q, %q; want 2 and %q", args, code, stdout, stderr, want)
		}
	}
	for _, args := range []string{"-n test WINDOW=8", "help WINDOW=8", "WINDOW=8"} {
		code, stdout, stderr := runMake(t, echoProgram(t), nil, strings.Fields(args)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, "no target here takes WINDOW") {
			t.Errorf("make %s: exit code %d, %q, %q", args, code, stdout, stderr)
		}
	}
}

// TestMakeHelp lists every target, and says where the flags are.
func TestMakeHelp(t *testing.T) {
	code, stdout, stderr := runMake(t, echoProgram(t), nil, "help")
	if code != 0 || stderr != "" || !strings.Contains(stdout, "make bench HELP=true") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
	text, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := regexp.MustCompile(`(?m)^([a-z]+):.* ## `).FindAllStringSubmatch(string(text), -1)
	for _, target := range targets {
		if !strings.Contains(stdout, "  make "+target[1]+" ") {
			t.Errorf("no %s in\n%s", target[1], stdout)
		}
	}
	for _, c := range rootCommand().Commands() {
		has := slices.ContainsFunc(targets, func(t []string) bool { return t[1] == c.Name() })
		if has != (c.Name() != "report") {
			t.Errorf("%s has a target: %v", c.Name(), has)
		}
	}
	code, stdout, stderr = runMake(t, os.Args[0], []string{beProgram + "=1"}, "bench", "HELP=true")
	if code != 0 || !strings.Contains(stdout, "--virtual-cores list") {
		t.Errorf("make bench HELP=true: exit code %d, %s%s", code, stdout, stderr)
	}
}

// TestHelpListsTheDimensions: the help of bench is the list of dimensions. It
// has each in table order, with its meaning and its default matrix.
func TestHelpListsTheDimensions(t *testing.T) {
	code, stdout, stderr := program("bench", "--help")
	if code != exitGood || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	_, flags, _ := strings.Cut(stdout, "Flags:\n")
	lines := strings.Split(flags, "\n")
	asked := slices.DeleteFunc(bench.Dimensions(), func(d bench.Dimension) bool { return !d.Asked() })
	for i, d := range asked {
		want := regexp.MustCompile(`^ +--` + d.Name + ` list +` + regexp.QuoteMeta(d.Usage+" (default "+d.MatrixValues()+")") + `$`)
		if i >= len(lines) || d.Usage == "" || !want.MatchString(lines[i]) {
			t.Errorf("line %d of the flags should match\n%s\nthey are\n%s", i+1, want, flags)
			break
		}
	}
}
