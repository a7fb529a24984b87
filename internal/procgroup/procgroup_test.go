//go:build unix

package procgroup_test

import (
	"bufio"
	"os/exec"
	"testing"
	"time"

	"collatebench/internal/procgroup"
)

// TestGroupOutlivesItsLeader: a child of the program is alive after the
// program's end, until the group is ended.
func TestGroupOutlivesItsLeader(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 60 >/dev/null 2>&1 & echo started")
	procgroup.Lead(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if !procgroup.Alive(cmd) {
		t.Error("the child is not seen")
	}
	procgroup.End(cmd)
	for began := time.Now(); procgroup.Alive(cmd); time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("the child runs on")
		}
	}
	procgroup.End(cmd) // nobody is left, which is no error
}
