package onecore

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestParseCores(t *testing.T) {
	for list, want := range map[string][]int{"0": {0}, "0-3,8\n": {0, 1, 2, 3, 8}, "2-2,1023-1030": {2, 1023}} {
		var set unix.CPUSet
		for _, core := range want {
			set.Set(core)
		}
		if got, err := parseCores(list); err != nil || got != set {
			t.Errorf("%q: %v, %v; want cores %v", list, got, err, want)
		}
	}
	for _, list := range []string{"", "a", "1-", "1,,2"} {
		if got, err := parseCores(list); err == nil {
			t.Errorf("%q: %v", list, got)
		}
	}
}

// TestCpusetGrows: a process that never asked for an affinity gets the cores that its cpuset
// gains after it was let go, and one that did keeps what it had asked for. It takes the right to
// make a cpuset, and would take three cores from outside, where nothing is held to one of one.
func TestCpusetGrows(t *testing.T) {
	both := unix.CPUSet{}
	if err := unix.SchedGetaffinity(0, &both); err != nil {
		t.Fatal(err)
	}
	var cores []int
	for core := range len(both) * 64 {
		if both.IsSet(core) && len(cores) < 2 {
			cores = append(cores, core)
		}
	}
	if len(cores) < 2 {
		t.Skip("there is one core only: no cpuset can grow")
	}
	group := makeCpuset(t)
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	small, grown := strconv.Itoa(cores[0]), fmt.Sprintf("%d,%d", cores[0], cores[1])
	group.write(t, "cpuset.cpus", small)
	group.write(t, "cgroup.procs", strconv.Itoa(pid))
	old, _, err := affinityOf(pid)
	if err != nil || old.Count() != 1 || !isWhole(pid, old) {
		t.Fatalf("%v, %v; want the one core of the cpuset, which is all that it could have", old, err)
	}
	p := &plan{Old: old}
	if alive, err := p.widen(pid); !alive || err != nil {
		t.Fatal(alive, err)
	}
	if now, _, _ := affinityOf(pid); now != old {
		t.Errorf("in the small cpuset: %v, want %v", now, old)
	}
	group.write(t, "cpuset.cpus", grown)
	if now, _, _ := affinityOf(pid); now.Count() != 2 {
		t.Errorf("in the grown cpuset: %v, want two cores", now)
	}
	if isWhole(pid, old) {
		t.Error("one of two cores is all that it could have")
	}
	if alive, err := p.widen(pid); !alive || err != nil {
		t.Fatal(alive, err)
	}
	if now, _, _ := affinityOf(pid); now != old {
		t.Errorf("what had less than its cpuset has %v now, want %v", now, old)
	}
}

// A cpuset is the folder of one.
type cpuset string

func makeCpuset(t *testing.T) cpuset {
	t.Helper()
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/cpuset"} {
		if _, err := os.Stat(filepath.Join(root, "cgroup.procs")); err != nil {
			continue // nothing is mounted there
		}
		dir, err := os.MkdirTemp(root, "onecore")
		if err != nil {
			continue
		}
		t.Cleanup(func() {
			for range 100 { // until the kernel has let go of what ended in it
				if os.Remove(dir) == nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("%s is left", dir)
		})
		if _, err := os.Stat(filepath.Join(dir, "cpuset.cpus")); err == nil {
			if memory, err := os.ReadFile(filepath.Join(root, "cpuset.mems")); err == nil { // version 1 takes no process without
				cpuset(dir).write(t, "cpuset.mems", string(memory))
			}
			return cpuset(dir)
		}
	}
	t.Skip("no cpuset can be made here")
	return ""
}

func (c cpuset) write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(string(c), file), []byte(text), 0); err != nil {
		t.Fatal(err)
	}
}
