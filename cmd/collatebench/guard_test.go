package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/internal/turn"
)

// TestBusy: while a run is on the machine, whatever would start another one says which, has an
// exit code of its own, and writes nothing.
func TestBusy(t *testing.T) {
	lock := filepath.Join(t.TempDir(), "lock")
	t.Setenv(guardVariable, lock)
	mine, _, err := turn.Take(lock)
	if err != nil {
		t.Fatal(err)
	}
	defer mine.End()
	if err := mine.Say(turn.Holder{PID: 4711, Run: "20261122-204100\x1b[2J"}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"bench --window 4 --placement pool",
		"bench --window 4 --placement pool --wait 1ms",
		"why placement=pool/window=4",
		"why --wait 1ms -- true {upstream}",
		"peers --client go --window 4",
		"compare --ref HEAD --placement pool --window 4",
		"verdicts --small",
	} {
		out := t.TempDir()
		command, rest, _ := strings.Cut(line, " ")
		code, stdout, stderr := program(append([]string{command, "--out", out}, strings.Fields(rest)...)...)
		last := stderr[strings.LastIndex(strings.TrimSuffix(stderr, "\n"), "\n")+1:]
		if code != exitBusy || stdout != "" || !strings.HasPrefix(last, "collatebench: run 20261122-204100") || !strings.Contains(last, "(pid 4711) is on this machine") ||
			!strings.Contains(last, "--wait 10m") || !strings.Contains(last, "--force") || strings.Contains(stderr, "\x1b") {
			t.Errorf("%s: exit code %d, %q, %q", line, code, stdout, stderr)
		}
		if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v (%v)", line, left, err)
		}
	}
}
