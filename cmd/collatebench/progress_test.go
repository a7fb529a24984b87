package main

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"collatebench/bench/runner"
	"collatebench/internal/printable"
)

// TestLines: a line a round and a pass, with the time left as soon as it is known.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		tell := newLines(&out, 100*time.Second)
		tell(runner.Progress{Steps: 50})
		tell(runner.Progress{Stage: "core scaling", Steps: 50})
		tell(runner.Progress{Stage: "core scaling", Steps: 50, Done: 10}) // resumed: nothing is known of these
		tell(runner.Progress{Stage: "core scaling", Steps: 50, Done: 10})
		for done := 10; done < 50; done++ {
			stage := "round 1/2"
			if done >= 30 {
				stage = "round 2/2"
			}
			if done >= 45 {
				stage = "cpu profiles"
			}
			tell(runner.Progress{Stage: stage, Doing: stage + " some cell", Steps: 50, Done: done})
			time.Sleep(2 * time.Second)
			tell(runner.Progress{Stage: stage, Doing: stage + " some cell", Steps: 50, Done: done + 1})
		}
		tell(runner.Progress{Stage: "cpu profiles", Steps: 50, Done: 50, Ended: true})
		const want = "core scaling\nround 1/2\nround 2/2, about 40s left\ncpu profiles, about 10s left\n"
		if out.String() != want {
			t.Errorf("got\n%swant\n%s", out.String(), want)
		}
	})
}

func TestPaceKeepsToTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		p.left(0, 10, time.Minute)
		time.Sleep(20 * time.Second)
		if got := p.left(1, 10, time.Minute); got != ", about 40s left" {
			t.Error(got)
		}
		if got := p.left(1, 10, 0); got != ", about 3m0s left" {
			t.Error(got)
		}
	})
}

// TestTerminalOf: a file behind the door is found, and is no terminal here.
func TestTerminalOf(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, ok := terminalOf(printable.NewWriter(f)); got != f || ok {
		t.Errorf("%v, %v", got, ok)
	}
	if _, ok := terminalOf(new(strings.Builder)); ok {
		t.Error("a text is a terminal")
	}
}
