package allowance_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"collatebench/internal/allowance"
)

// A system is a made-up /proc and /sys of one process.
type system map[string]string

// write lays the files out below a folder.
func (s system) write(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, text := range s {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("7", filepath.Join(root, "proc", "self")); err != nil {
		t.Fatal(err)
	}
	return root
}

const (
	v2Mounts = "30 23 0:27 %s /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n"
	v1Mounts = "32 31 0:29 %[1]s /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n" +
		"35 31 0:32 %[1]s /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n" +
		"36 31 0:33 %[1]s /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd\n"
	unlimitedV1 = "9223372036854771712"
)

// newSystem is a machine with 64 cores and 128 GiB, whose process is in the groups.
func newSystem(cores, mounts, groups string) system {
	return system{
		"proc/7/status":    "Name:\tx\nCpus_allowed_list:\t" + cores + "\n",
		"proc/7/mountinfo": mounts,
		"proc/7/cgroup":    groups,
		"proc/meminfo":     "MemTotal:       134217728 kB\n",
	}
}

func (s system) with(name, text string) system {
	s[name] = text
	return s
}

func TestRead(t *testing.T) {
	const all = int64(128 << 30)
	for _, c := range []struct {
		name    string
		system  system
		want    allowance.Allowance
		threads int
	}{
		{"no limit", newSystem("0-63", fmt.Sprintf(v2Mounts, "/"), "0::/\n").with("sys/fs/cgroup/cpu.max", "max 100000\n"),
			allowance.Allowance{Cores: 64, Memory: all}, 64},
		{"affinity", newSystem("3,8-11", fmt.Sprintf(v2Mounts, "/"), "0::/a\n"), allowance.Allowance{Cores: 5, Memory: all}, 5},
		{"version 2, in a group above too", newSystem("0-63", fmt.Sprintf(v2Mounts, "/"), "0::/a/b\n").
			with("sys/fs/cgroup/a/b/cpu.max", "800000 100000\n").with("sys/fs/cgroup/a/cpu.max", "150000 100000\n").
			with("sys/fs/cgroup/a/b/memory.max", "1073741824\n").with("sys/fs/cgroup/a/memory.max", "max\n"),
			allowance.Allowance{Cores: 64, Quota: 1.5, Memory: 1 << 30}, 2},
		{"version 2, less in the group itself than above", newSystem("0-63", fmt.Sprintf(v2Mounts, "/"), "0::/a/b\n").
			with("sys/fs/cgroup/a/b/cpu.max", "150000 100000\n").with("sys/fs/cgroup/a/cpu.max", "800000 100000\n").
			with("sys/fs/cgroup/a/b/memory.max", "1073741824\n").with("sys/fs/cgroup/a/memory.max", "2147483648\n"),
			allowance.Allowance{Cores: 64, Quota: 1.5, Memory: 1 << 30}, 2},
		{"version 2, a group that is called much like the container's", newSystem("0-63", fmt.Sprintf(v2Mounts, "/docker/1"), "0::/docker/12\n").
			with("sys/fs/cgroup/cpu.max", "300000 100000\n").with("sys/fs/cgroup/2/cpu.max", "50000 100000\n"),
			allowance.Allowance{Cores: 64, Quota: 3, Memory: all}, 3},
		{"version 2, a container's part of the tree", newSystem("0-63", fmt.Sprintf(v2Mounts, "/docker/1"), "0::/docker/1\n").
			with("sys/fs/cgroup/cpu.max", "50000 100000\n"),
			allowance.Allowance{Cores: 64, Quota: .5, Memory: all}, 1},
		{"version 2, a group outside of what is mounted", newSystem("0-63", fmt.Sprintf(v2Mounts, "/docker/1"), "0::/../../other\n").
			with("sys/fs/cgroup/cpu.max", "200000 100000\n").with("sys/fs/other/cpu.max", "100000 100000\n").with("sys/other/cpu.max", "100000 100000\n"),
			allowance.Allowance{Cores: 64, Quota: 2, Memory: all}, 2},
		{"version 1", newSystem("0-63", fmt.Sprintf(v1Mounts, "/"), "9:name=systemd:/x\n4:memory:/m\n2:cpu,cpuacct:/c\n0::/\n").
			with("sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us", "400000\n").with("sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us", "100000\n").
			with("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n").with("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n").
			with("sys/fs/cgroup/memory/m/memory.limit_in_bytes", "2147483648\n").with("sys/fs/cgroup/memory/memory.limit_in_bytes", unlimitedV1),
			allowance.Allowance{Cores: 64, Quota: 4, Memory: 2 << 30}, 4},
		{"a quota above the cores", newSystem("0-1", fmt.Sprintf(v2Mounts, "/"), "0::/a\n").with("sys/fs/cgroup/a/cpu.max", "800000 100000\n"),
			allowance.Allowance{Cores: 2, Quota: 8, Memory: all}, 2},
		{"nonsense", newSystem("0-1", fmt.Sprintf(v2Mounts, "/"), "0::/a\n").with("sys/fs/cgroup/a/cpu.max", "much 0\n").with("sys/fs/cgroup/a/memory.max", "-3"),
			allowance.Allowance{Cores: 2, Memory: all}, 2},
	} {
		got := allowance.Read(c.system.write(t))
		if got != c.want || got.Threads() != c.threads {
			t.Errorf("%s: %+v, %d threads; want %+v and %d", c.name, got, got.Threads(), c.want, c.threads)
		}
	}
	unlimited := newSystem("0-1", fmt.Sprintf(v1Mounts, "/"), "4:memory:/\n").with("sys/fs/cgroup/memory/memory.limit_in_bytes", unlimitedV1)
	delete(unlimited, "proc/meminfo")
	if got, want := allowance.Read(unlimited.write(t)), (allowance.Allowance{Cores: 2}); got != want {
		t.Errorf("a group without a limit, and a machine that does not tell its memory: %+v, want %+v", got, want)
	}
	if got, want := allowance.Read(t.TempDir()), (allowance.Allowance{Cores: runtime.NumCPU()}); got != want {
		t.Errorf("without /proc: %+v, want %+v", got, want)
	}
}

// TestLess: others outside the group use cores, and those inside it use its quota.
func TestLess(t *testing.T) {
	host := allowance.Allowance{Cores: 64, Quota: 4}
	for _, c := range []struct{ onCores, inGroup, want float64 }{
		{0, 0, 4}, {30, 0, 4}, {62.5, 0, 1.5}, {1, 1, 3}, {80, 0, 0}, {0, 9, 0},
	} {
		if got := host.Less(c.onCores, c.inGroup); got != c.want {
			t.Errorf("others use %v and %v: %v left, want %v", c.onCores, c.inGroup, got, c.want)
		}
	}
	if got := (allowance.Allowance{Cores: 2}).Less(.5, 9); got != 1.5 {
		t.Errorf("no quota: %v left, want 1.5", got)
	}
}

// stat is /proc/stat of four cores, each with as many ticks of 10 ms: user time, 20 of
// nice and 30 of system.
func stat(ticks ...int) string {
	var b strings.Builder
	b.WriteString("cpu  0 0 0 0 0 0 0 0 0 0\n")
	for core, n := range ticks {
		fmt.Fprintf(&b, "cpu%d %d 20 30 1000 0 50 50 %d 0 0\n", core, n-50, 10*core)
	}
	return b.String()
}

// TestMeter counts the cores of the affinity alone, and the time of the group with the
// quota.
func TestMeter(t *testing.T) {
	s := newSystem("2-3", fmt.Sprintf(v2Mounts, "/"), "0::/a\n").with("proc/stat", stat(900, 900, 100, 200)).
		with("sys/fs/cgroup/a/cpu.max", "150000 100000\n").with("sys/fs/cgroup/a/cpu.stat", "usage_usec 7000000\nuser_usec 1\n")
	u, ok := allowance.NewMeter(s.write(t)).Read()
	if !ok || math.Abs(u.Cores-3) > 1e-9 || math.Abs(u.Steal-.5) > 1e-9 || math.Abs(u.Idle-20) > 1e-9 || u.Group != 7 {
		t.Errorf("%v, %+v; want 3 s of cores 2 and 3, .5 s stolen, 7 s of the group", ok, u)
	}
	delete(s, "sys/fs/cgroup/a/cpu.stat")
	if u, ok := allowance.NewMeter(s.write(t)).Read(); !ok || !math.IsNaN(u.Group) {
		t.Errorf("%v, %+v; want no figure of a group that does not count its time", ok, u)
	}
	if got, want := (allowance.Used{Cores: 5, Steal: 3, Idle: 9, Group: 9}).Since(allowance.Used{Cores: 1, Steal: 1, Idle: 4, Group: 2}), (allowance.Used{Cores: 4, Steal: 2, Idle: 5, Group: 7}); got != want {
		t.Errorf("between two readings: %+v, want %+v", got, want)
	}
	m := allowance.NewMeter(t.TempDir())
	if _, ok := m.Read(); ok || m.Known() {
		t.Error("a meter without /proc knows something")
	}
}

// TestMeterOfTheTightestGroup: of several quotas the least is the limit, in whichever group.
func TestMeterOfTheTightestGroup(t *testing.T) {
	for quotas, want := range map[[2]string]float64{{"400000 100000\n", "150000 100000\n"}: 9, {"150000 100000\n", "400000 100000\n"}: 7} {
		s := newSystem("0-1", fmt.Sprintf(v2Mounts, "/"), "0::/a/b\n").with("proc/stat", stat(100, 100)).
			with("sys/fs/cgroup/a/b/cpu.max", quotas[0]).with("sys/fs/cgroup/a/b/cpu.stat", "usage_usec 7000000\n").
			with("sys/fs/cgroup/a/cpu.max", quotas[1]).with("sys/fs/cgroup/a/cpu.stat", "usage_usec 9000000\n")
		if u, ok := allowance.NewMeter(s.write(t)).Read(); !ok || u.Group != want {
			t.Errorf("quotas %q: %v, %+v; want %v s of the group", quotas, ok, u, want)
		}
	}
}

// TestMeterOfVersion1: the quota and the time are in trees of their own, and are of one group
// only if its path is the same in both.
func TestMeterOfVersion1(t *testing.T) {
	const mounts = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n" +
		"33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct\n"
	for _, c := range []struct {
		accounts string
		want     float64
	}{{"/c", 7}, {"/d", math.NaN()}} {
		s := newSystem("0-1", mounts, "2:cpu:/c\n3:cpuacct:"+c.accounts+"\n").with("proc/stat", stat(100, 100)).
			with("sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "150000\n").with("sys/fs/cgroup/cpu/c/cpu.cfs_period_us", "100000\n").
			with("sys/fs/cgroup/cpuacct"+c.accounts+"/cpuacct.usage", "7000000000\n")
		u, ok := allowance.NewMeter(s.write(t)).Read()
		if !ok || u.Group != c.want && !(math.IsNaN(u.Group) && math.IsNaN(c.want)) {
			t.Errorf("time counted in %s: %v, %+v; want %v s of the group", c.accounts, ok, u, c.want)
		}
	}
}

// TestSharesOfVersion1: two groups of one name in two trees are two groups.
func TestSharesOfVersion1(t *testing.T) {
	mounts := fmt.Sprintf(v1Mounts, "/")
	s := newSystem("0-1", mounts, "2:cpu,cpuacct:/c\n4:memory:/m\n").
		with("sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us", "150000\n").with("sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us", "100000\n").
		with("proc/8/status", "Cpus_allowed_list:\t0-1\n").with("proc/8/mountinfo", mounts).with("proc/8/cgroup", "2:cpu,cpuacct:/d\n4:memory:/c\n")
	if cores, quota := allowance.NewMeter(s.write(t)).Shares(8); !cores || quota {
		t.Errorf("%v, %v; want the cores alone", cores, quota)
	}
}

// TestShares: an upstream in another group draws on the same cores alone.
func TestShares(t *testing.T) {
	s := newSystem("0-1", fmt.Sprintf(v2Mounts, "/"), "0::/a\n").with("sys/fs/cgroup/a/cpu.max", "150000 100000\n")
	for pid, other := range map[int][2]string{8: {"0-3", "0::/a/below\n"}, 9: {"1", "0::/b\n"}, 10: {"2-3", "0::/a\n"}} {
		dir := fmt.Sprintf("proc/%d/", pid)
		s.with(dir+"status", "Cpus_allowed_list:\t"+other[0]+"\n").with(dir+"cgroup", other[1]).with(dir+"mountinfo", fmt.Sprintf(v2Mounts, "/"))
	}
	m := allowance.NewMeter(s.write(t))
	for pid, want := range map[int][2]bool{8: {true, true}, 9: {true, false}, 10: {false, true}, 11: {false, false}} {
		if cores, quota := m.Shares(pid); cores != want[0] || quota != want[1] {
			t.Errorf("process %d: %v, %v; want %v", pid, cores, quota, want)
		}
	}
}

// TestOfAnother: another process's allowance, and how often its quota stopped it.
func TestOfAnother(t *testing.T) {
	s := newSystem("0-3", fmt.Sprintf(v2Mounts, "/"), "0::/a\n").with("proc/stat", stat(100, 100, 900, 900)).
		with("proc/8/status", "Cpus_allowed_list:\t2-3\n").with("proc/8/mountinfo", fmt.Sprintf(v2Mounts, "/")).with("proc/8/cgroup", "0::/b\n").
		with("sys/fs/cgroup/b/cpu.max", "150000 100000\n").
		with("sys/fs/cgroup/b/cpu.stat", "usage_usec 7000000\nnr_periods 50\nnr_throttled 20\nthrottled_usec 9\n")
	root := s.write(t)
	if got, want := allowance.Of(root, 8), (allowance.Allowance{Cores: 2, Quota: 1.5, Memory: 128 << 30}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	u, ok := allowance.MeterOf(root, 8).Read()
	if !ok || math.Abs(u.Cores-18) > 1e-9 || u.Group != 7 || u.Periods != 50 || u.Stopped != 20 {
		t.Errorf("%v, %+v; want 18 s of cores 2 and 3, 7 s of the group, 20 of 50 periods", ok, u)
	}
	if u := u.Since(allowance.Used{Periods: 30, Stopped: 15}); u.Periods != 20 || u.Stopped != 5 {
		t.Errorf("%+v, want 5 of 20 periods", u)
	}
	if u, _ := allowance.NewMeter(root).Read(); u.Periods != 0 {
		t.Errorf("%+v of a group without a quota", u)
	}
	if allowance.MeterOf(root, 9).Known() {
		t.Error("the meter of no process knows something")
	}
}
