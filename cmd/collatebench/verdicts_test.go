package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/bench/scenarios"
	"collatebench/results/verdict"
)

func TestVerdictsPlan(t *testing.T) {
	code, stdout, stderr := program("verdicts", "--plan", "--seeds", "4")
	if code != exitGood {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	drawn := 0
	for _, line := range lines {
		switch {
		case strings.Contains(line, "  drawn  "):
			drawn++
		case !strings.Contains(line, "  as it stands  "):
			t.Errorf("%q says neither", line)
		}
		if !strings.HasPrefix(line, "seed 4  ") {
			t.Error(line)
		}
	}
	if len(lines) < 50 || drawn < 20 || drawn > len(lines)-10 {
		t.Errorf("%d scenarios, %d drawn", len(lines), drawn)
	}
	for _, want := range []string{"why", "diagnose", "serialised + ", "placement="} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
}

// TestVerdictsOutcome: people, programs and Markdown files get the same outcome.
func TestVerdictsOutcome(t *testing.T) {
	truth := []verdict.Cause{verdict.Serialised}
	m := scenarios.Matrix{{Command: scenarios.Why, Title: "placement=collector", Seed: 7, Truth: truth, Failure: "no such file"}}
	var text, asJSON bytes.Buffer
	if err := (verdictsRun{}).print(&text, m); err != nil {
		t.Fatal(err)
	}
	if err := (verdictsRun{asJSON: true}).print(&asJSON, m); err != nil {
		t.Fatal(err)
	}
	var report scenarios.Report
	if err := json.Unmarshal(asJSON.Bytes(), &report); err != nil || report.Fault != m.Fault() || report.First[scenarios.Failed] != 1 {
		t.Errorf("%v\n%s", err, &asJSON)
	}
	path := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(path, []byte("# Title\n<!-- verdicts: the table -->\nold\n<!-- end of verdicts -->\nafter\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	v := verdictsRun{markdown: []string{path}}
	if err := v.check(); err != nil {
		t.Fatal(err)
	}
	if err := v.fill(m); err != nil {
		t.Fatal(err)
	}
	filled, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(filled), "old") || !strings.HasSuffix(string(filled), "<!-- end of verdicts -->\nafter\n") {
		t.Errorf("%v\n%s", err, filled)
	}
	for name, got := range map[string]string{"text": text.String(), "Markdown": string(filled)} {
		for _, want := range []string{"0 right, 0 wrong, 1 error", "never named: why serialised", "no such file"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q:\n%s", name, want, got)
			}
		}
	}
}
