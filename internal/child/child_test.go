//go:build unix

package child_test

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/internal/child"
)

const greets = `echo '{"url":"http://127.0.0.1:1","pid":1}'; `

func start(t *testing.T, script string, o child.Options) (*child.Child, error) {
	t.Helper()
	return child.Start(t.Context(), exec.Command("sh", "-c", script), o)
}

func started(t *testing.T, script string, o child.Options) *child.Child {
	t.Helper()
	c, err := start(t, script, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOutputIsDrained: lines around the greeting are dropped, and a child that
// goes on to print does not block.
func TestOutputIsDrained(t *testing.T) {
	c := started(t, `echo hello; echo '{"other":1}'; `+greets+`i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done`, child.Options{})
	if c.URL != "http://127.0.0.1:1" {
		t.Errorf("its URL is %q", c.URL)
	}
	<-c.Ended()
}

func TestStopEndsAllAtOnce(t *testing.T) {
	const script = greets + "cat; sleep .3"
	children := []*child.Child{started(t, script, child.Options{}), started(t, script, child.Options{}), started(t, script, child.Options{})}
	child.Stop(children...)
	for _, c := range children {
		if err := c.Exit(); !strings.Contains(err.Error(), "(it ended by itself)") {
			t.Error(err)
		}
	}
	child.Stop(children...) // again, which does nothing
}

// TestStopKills a child that does not end with its input, and what it started.
func TestStopKills(t *testing.T) {
	c := started(t, greets+"sleep 60 & sleep 60", child.Options{Grace: 10 * time.Millisecond})
	child.Stop(c) // it returns once nobody holds the pipes any more
	if err := c.Exit(); !strings.Contains(err.Error(), "(signal: killed)") {
		t.Error(err)
	}
	if err := syscall.Kill(c.PID(), 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d: %v", c.PID(), err)
	}
}

// TestErrors: each shows the end of what the child wrote, which is passed on
// as well.
func TestErrors(t *testing.T) {
	var log bytes.Buffer
	_, err := start(t, "for i in 1 2 3; do echo line $i >&2; done; exit 3", child.Options{Name: "upstream", Stderr: &log})
	if want := "the upstream process ended (exit status 3); its last lines:\nline 1\nline 2\nline 3"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if log.String() != "line 1\nline 2\nline 3\n" {
		t.Errorf("passed on: %q", &log)
	}
	_, err = start(t, "echo waiting >&2; sleep 60 & sleep 60", child.Options{Within: time.Second})
	if want := "no address from it in 1s\nwaiting"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, err := child.Start(t.Context(), exec.Command("/no/such/program"), child.Options{}); err == nil {
		t.Error("a program that is not there was started")
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	time.AfterFunc(50*time.Millisecond, func() { cancel(enough) })
	if _, err := child.Start(ctx, exec.Command("sleep", "60"), child.Options{}); err != enough {
		t.Error(err)
	}
}

func TestNilChildNeverEnds(t *testing.T) {
	var c *child.Child
	select {
	case <-c.Ended():
		t.Error("it has ended")
	default:
	}
}

func TestEnviron(t *testing.T) {
	t.Setenv("GOMAXPROCS", "3")
	t.Setenv("CHILD_TEST", "kept")
	for procs, want := range map[int][]string{0: nil, 2: {"GOMAXPROCS=2"}} {
		env := child.Environ(procs)
		if !slices.Contains(env, "CHILD_TEST=kept") {
			t.Error("the rest of the environment is lost")
		}
		got := slices.DeleteFunc(env, func(v string) bool { return !strings.HasPrefix(v, "GOMAXPROCS=") })
		if !slices.Equal(got, want) {
			t.Errorf("Environ(%d) has %q, want %q", procs, got, want)
		}
	}
}
