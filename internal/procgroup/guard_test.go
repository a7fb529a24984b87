//go:build unix

package procgroup_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"collatebench/internal/procgroup"
)

// TestMain lets the test binary be the process that is killed: it starts a program that has
// a child.
func TestMain(m *testing.M) {
	if os.Getenv("PROCGROUP_TEST_OWNER") == "" {
		os.Exit(m.Run())
	}
	guard := procgroup.NewGuard()
	cmd := exec.Command("sh", "-c", "sleep 60 >/dev/null 2>&1 & wait")
	procgroup.Lead(cmd)
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	guard.Watch(cmd)
	fmt.Println(cmd.Process.Pid)
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or let go
	guard.Release()
	os.Exit(0)
}

// TestGuard: the group ends with its owner where that is killed, and not where it has
// released the guard.
func TestGuard(t *testing.T) {
	for _, kill := range []bool{true, false} {
		owner := exec.Command(os.Args[0])
		owner.Env = append(os.Environ(), "PROCGROUP_TEST_OWNER=1")
		in, err := owner.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := owner.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := owner.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		group := &exec.Cmd{Process: &os.Process{Pid: pid}}
		if kill {
			_ = owner.Process.Kill()
		}
		in.Close()
		_ = owner.Wait()
		if kill {
			for began := time.Now(); procgroup.Alive(group); time.Sleep(time.Millisecond) {
				if time.Since(began) > 10*time.Second {
					t.Fatal("the program has outlived its owner")
				}
			}
		} else if !procgroup.Alive(group) {
			t.Error("the program has ended, though its owner let it go")
		}
		procgroup.End(group)
	}
}
