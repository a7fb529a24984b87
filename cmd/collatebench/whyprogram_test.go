package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/verdict"
)

// TestWhyProgramRefuses: each in one line that names the flag, its value, and what is allowed.
func TestWhyProgramRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"nobody asks":        {[]string{"--", "true"}, "{upstream} stands neither in the program's arguments nor in the environment"},
		"no such program":    {[]string{"--", "no-such-program", "{upstream}"}, "-- no-such-program: "},
		"a cell and more":    {[]string{"placement=pool", "--", "true"}, "a cell or a program after --"},
		"nothing":            {nil, "accepts 1 arg(s)"},
		"of a cell":          {[]string{"--body", "x", "--", "true", "{upstream}"}, "--body: has no effect on a program of your own"},
		"of a program":       {[]string{"placement=pool", "--vary", "x=1,2"}, "--vary: is for a program"},
		"seconds":            {[]string{"--seconds", "20m", "--", "true", "{upstream}"}, "--seconds 20m0s: not 1s to 10m"},
		"bare seconds":       {[]string{"--seconds", "0.2", "--", "true", "{upstream}"}, "--seconds 200ms: not 1s to 10m"},
		"pairs":              {[]string{"--pairs", "2", "--", "true", "{upstream}"}, `--pairs "2": fewer than 3`},
		"no recording":       {[]string{"--replay", "nowhere", "--", "true", "{upstream}"}, `--replay "nowhere"`},
		"recorded delays":    {[]string{"--latency", "recorded", "--", "true", "{upstream}"}, "--latency recorded: needs --replay"},
		"a mark that is not": {[]string{"--vary", "window=1,2", "--", "true", "{upstream}"}, `--vary "window=1,2": {window} stands neither`},
		"no value":           {[]string{"--vary", "window=", "--", "true", "{upstream}"}, "not NAME=V,V for {NAME}"},
		"one value":          {[]string{"--vary", "window=1", "--", "true", "{upstream}", "{window}"}, "one value is what it is already"},
		"passing what":       {[]string{"--pass", "/login", "--", "true", "{upstream}"}, `--pass "/login": has an effect only with --replay`},
		"going on and more":  {[]string{"--resume", "x", "--", "true"}, "has no effect with --resume"},
		"going on as other":  {[]string{"--resume", "x", "--pairs", "5"}, "--pairs has no effect with --resume"},
		"no name":            {[]string{"--vary", "=1,2", "--", "true", "{upstream}"}, "not NAME=V,V for {NAME}"},
	} {
		out := t.TempDir()
		code, stdout, errs := program(append([]string{"why", "--out", out}, c.args...)...)
		if code != exitUsage || stdout != "" || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q, %q; want %q", name, code, stdout, errs, c.says)
		}
		if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, %v are left", name, left, err)
		}
	}
}

// TestWhyProgram: a program that asks for one thing after the other, from a recording and with a
// variation: what was changed is measured, and the run is one like any other.
func TestWhyProgram(t *testing.T) {
	starts(t)
	onLinux(t)
	needs(t, "curl")
	upstream := hello(t)
	folder := t.TempDir()
	recorded := filepath.Join(folder, "recording")
	if code, out, errs := program("record", "--to", upstream, "--out", recorded, "--", "curl", "-sS", "{upstream}/a"); code != exitGood {
		t.Fatal(out, errs)
	}
	runs := filepath.Join(folder, "runs")
	script := `while :; do curl -sS "$0/a" >/dev/null; sleep $1; done`
	code, out, errs := program("why", "--out", runs, "--json", "--replay", recorded, "--latency", "10ms", "--seconds", "2s", "--pairs", "3", "--vary", "pause=0,0.03",
		"--", "sh", "-c", script, "{upstream}", "{pause}")
	if code != exitGood && code != exitInconclusive {
		t.Fatalf("exit code %d: %s\n%s", code, errs, out)
	}
	var v verdict.Verdict
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, i := range v.Interventions {
		got[i.Change] = i.Measured.Mean
	}
	if got["no delay, no queue, no limit"] < 1.1 || got["latency=20ms"] > .97 || got["latency=20ms"] == 0 || got["pause=0.03"] > .85 || got["pause=0.03"] == 0 {
		t.Errorf("%v", got)
	}
	folders, err := os.ReadDir(runs)
	if err != nil || len(folders) != 1 {
		t.Fatalf("%v, %v", folders, err)
	}
	run, err := results.Open(filepath.Join(runs, folders[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(run.ReportDir(), results.ReportFile))
	if err != nil || !strings.Contains(string(page), "an upstream that answers at once") {
		t.Errorf("the report: %v", err)
	}
	if code, again, errs := program("report", run.Dir()); code != exitGood || !strings.Contains(again, "pause 0.03") {
		t.Errorf("exit code %d: %s\n%s", code, errs, again)
	}
}

// TestWhyProgramResumes: a run that its budget ended goes on, with the samples that it has.
func TestWhyProgramResumes(t *testing.T) {
	starts(t)
	onLinux(t)
	needs(t, "curl")
	runs := t.TempDir()
	script := `while :; do curl -sS "$0/v1/payload?codec=json&size=1KiB&id=[1-20]" >/dev/null; sleep $1; done`
	code, _, errs := program("why", "--out", runs, "--seconds", "1s", "--pairs", "3", "--budget", "4s", "--latency", "10ms", "--vary", "pause=0,0.03",
		"--", "sh", "-c", script, "{upstream}", "{pause}")
	_, id, found := strings.Cut(errs, "go on with: collatebench why --resume ")
	id = strings.TrimSpace(id)
	if code != exitError || !found {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	run, err := results.Open(id) // with --out the hint is a path
	if err != nil {
		t.Fatal(err)
	}
	before, err := run.Samples()
	if err != nil || len(before) == 0 {
		t.Fatalf("%d samples, %v: %s", len(before), err, errs)
	}
	code, out, errs := program("why", "--out", runs, "--resume", id, "--json")
	if code != exitGood && code != exitInconclusive {
		t.Fatalf("exit code %d: %s\n%s", code, errs, out)
	}
	run, err = results.Open(run.Dir())
	if err != nil {
		t.Fatal(err)
	}
	after, err := run.Samples()
	if err != nil || len(after) <= len(before) || !reflect.DeepEqual(after[:len(before)], before) || run.Info().State != results.Complete {
		t.Errorf("%d samples, were %d, %v; %s", len(after), len(before), err, run.Info().State)
	}
	if rounds := results.CompleteRounds(run.Info(), after); len(rounds) != 3 {
		t.Errorf("%d rounds are whole", len(rounds))
	}
	if code, _, errs := program("why", "--out", runs, "--resume", id); code != exitUsage || !strings.Contains(errs, "the run is complete") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// TestWhyProgramFails: a program that fails ends the run before its first round, with what it said.
func TestWhyProgramFails(t *testing.T) {
	starts(t)
	onLinux(t)
	code, out, errs := program("why", "--out", t.TempDir(), "--", "sh", "-c", "echo unhappy; exit 7 # {upstream}")
	if code != exitError || out != "" || !strings.Contains(errs, "exit status 7") || !strings.Contains(errs, "unhappy") {
		t.Errorf("exit code %d: %s\n%s", code, errs, out)
	}
}
