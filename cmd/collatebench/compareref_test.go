package main

import (
	"strings"
	"testing"
)

// TestCompareVersionsRefuses what makes no sense, in one line and before anything is built.
func TestCompareVersionsRefuses(t *testing.T) {
	for args, says := range map[string]string{
		"compare --ref=":                     `--ref ""`,
		"compare --ref nonesuch":             `--ref "nonesuch": `,
		"compare --ref a --ref b --ref c":    "one revision",
		"compare --ref a,b,c":                "one revision",
		"compare before after --ref HEAD":    "an argument beside --ref or --binary",
		"compare --ref HEAD --binary x":      "--ref and --binary: one of the two",
		"compare --binary x":                 "two compiled benchmarks",
		"compare --binary Makefile,Makefile": "not a program that go has built",
		"compare before after --window 8":    "--window has no effect on two runs that are there",
		"compare before after --budget 1m":   "--budget has no effect on two runs that are there",
		"compare before":                     "accepts 2 arg(s), received 1",
		"compare --ref HEAD --responses 8":   `--window "32": `,
	} {
		code, stdout, stderr := program(strings.Fields(args)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, says) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q, %q; want 2 and a line with %q", args, code, stdout, stderr, says)
		}
	}
}

// TestMakeComparesVersions without runs of before.
func TestMakeComparesVersions(t *testing.T) {
	for args, want := range map[string]string{
		"compare REF=main":                 "compare\n--ref=main\nGOGC is unset\n",
		"compare REF=v1,main WINDOW=8":     "compare\n--ref=v1,main\n--window=8\nGOGC is unset\n",
		"compare BINARY=old.test,new.test": "compare\n--binary=old.test,new.test\nGOGC is unset\n",
		"compare OLD=a NEW=b":              "compare\na\nb\nGOGC is unset\n",
		"compare HELP=true":                "compare\n--help=true\nGOGC is unset\n",
	} {
		if code, stdout, stderr := runMake(t, echoProgram(t), nil, strings.Fields(args)...); code != 0 || stdout != want || stderr != "" {
			t.Errorf("make %s: exit code %d, %q, %s; want %q", args, code, stdout, stderr, want)
		}
	}
	if code, _, stderr := runMake(t, echoProgram(t), nil, "compare", "OLD=a"); code != 2 || !strings.Contains(stderr, "NEW is missing") {
		t.Errorf("make compare OLD=a: exit code %d, %s", code, stderr)
	}
}
