package mockserver_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"collatebench/mockserver"
)

// started is a child that serves in this process, by pipes.
func started(t *testing.T, ctx context.Context, o mockserver.Options) (url string, in io.Closer, ended chan error) {
	t.Helper()
	r, w := io.Pipe()
	t.Cleanup(func() { w.Close() })
	lines, out := io.Pipe()
	ended = make(chan error, 1)
	go func() {
		err := mockserver.Child(ctx, o, r, out)
		out.Close()
		ended <- err
	}()
	line, err := bufio.NewReader(lines).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var greeting struct {
		URL     string
		PID     int
		Control string
	}
	if err := json.Unmarshal([]byte(line), &greeting); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if want := fmt.Sprintf(`{"url":%q,"pid":%d,"control":%q}`+"\n", greeting.URL, os.Getpid(), greeting.URL+mockserver.Control); line != want {
		t.Errorf("greeting %q, want %q", line, want)
	}
	if !strings.HasPrefix(greeting.URL, "http://127.0.0.1:") {
		t.Errorf("%s is not on loopback", greeting.URL)
	}
	return greeting.URL, w, ended
}

func TestChildEndsWithItsInput(t *testing.T) {
	client := newClient(t, false)
	url, in, ended := started(t, context.Background(), preloading(mockserver.Options{}, 64<<10))
	u := &upstream{t: t, url: url, client: client}
	if !u.ready() {
		t.Error("greeted before it was ready")
	}
	in.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestChildEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, _, ended := started(t, ctx, mockserver.Options{})
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

type closedWriter struct{}

func (closedWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestChildThatCannotGreet(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	err := mockserver.Child(context.Background(), mockserver.Options{}, r, closedWriter{})
	if !errors.Is(err, io.ErrClosedPipe) || !strings.HasPrefix(err.Error(), "mock server: print the address: ") {
		t.Errorf("Child: %v", err)
	}
}

func TestChildWithOptionsThatCannotBe(t *testing.T) {
	var out bytes.Buffer
	err := mockserver.Child(context.Background(), mockserver.Options{Bodies: -1}, strings.NewReader(""), &out)
	if err == nil || out.Len() != 0 {
		t.Errorf("Child: %v, printed %q", err, &out)
	}
}

// TestChildProcess ends a child of its own process by a signal.
func TestChildProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: starts a process, and -short was given")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"={}")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var greeting struct {
		URL string
		PID int
	}
	if err := errors.Join(err, json.Unmarshal(line, &greeting)); err != nil || greeting.PID != cmd.Process.Pid {
		t.Errorf("greeting %q, pid %d: %v", line, cmd.Process.Pid, err)
	}
	u := &upstream{t: t, url: greeting.URL, client: newClient(t, false)}
	u.must("size=1KiB")
	if st := u.stats(); st.PID != cmd.Process.Pid || st.Requests != 1 {
		t.Errorf("%+v", st)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}
