package runner

import (
	"math"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"collatebench/internal/allowance"
	"collatebench/results"
)

// TestTaken: who took what of an allowance, in a sample of two seconds.
func TestTaken(t *testing.T) {
	two := allowance.Allowance{Cores: 2}
	limited := allowance.Allowance{Cores: 64, Quota: 4}
	none := math.NaN()
	use := func(cores, group, upstream float64, onCores, inGroup bool) usage {
		return usage{Used: allowance.Used{Cores: cores, Group: group}, upstream: upstream, runner: .1, upstreamOnCores: onCores, upstreamInGroup: inGroup}
	}
	for _, c := range []struct {
		name   string
		may    allowance.Allowance
		spent  usage
		client float64 // CPU seconds
		others float64 // cores
	}{
		{"nobody else", two, use(2.5, none, .4, true, false), 2, 0},
		{"the upstream is not the others", two, use(3.1, none, 1, true, false), 2, 0},
		{"others on the same cores", two, use(3.1, none, .4, true, false), 2, .3},
		{"an upstream on other cores", two, use(3.1, none, .4, false, false), 2, .5},
		{"the clocks' ticks", two, use(2.0, none, .4, true, false), 2, 0},
		{"others on cores beyond the quota", limited, use(62.5, 2.5, .4, true, true), 2, 0},
		{"others who leave fewer cores than the quota", limited, use(128.5, 2.5, .4, true, true), 2, 3},
		{"others in the group", limited, use(4.5, 4.5, .4, true, true), 2, 1},
		{"an upstream outside of the group", limited, use(4.5, 2.1, .4, true, false), 2, 0},
		{"an upstream of another group on the same cores", limited, use(62.5, 4.5, .4, true, false), 2, 1.2},
		{"a group that does not count", limited, use(4.5, none, .4, true, true), 2, 0},
	} {
		if got := takenOf(c.may, c.spent, c.client, 2).others; math.Abs(got-c.others) > 1e-9 {
			t.Errorf("%s: others took %.3f cores, want %.3f", c.name, got, c.others)
		}
	}
}

// TestFlags: what others take of cores that the client could not use is no flag, unless it
// is much of the machine.
func TestFlags(t *testing.T) {
	for _, c := range []struct {
		name  string
		may   allowance.Allowance
		procs int
		t     taken
		want  []string
	}{
		{"quiet", allowance.Allowance{Cores: 2}, 2, taken{others: .19, steal: .09, upstream: .1}, nil},
		{"busy", allowance.Allowance{Cores: 2}, 2, taken{others: .22}, []string{"other processes took 11% of the cores"}},
		{"stolen from cores beyond the quota", allowance.Allowance{Cores: 4, Quota: 1}, 4, taken{steal: .1}, nil},
		{"stolen", allowance.Allowance{Cores: 2}, 2, taken{steal: .12}, []string{"steal took 6% of the cores"}},
		{"six of 64 beside two threads", allowance.Allowance{Cores: 64}, 2, taken{others: 6}, nil},
		{"seven of 64 beside two threads", allowance.Allowance{Cores: 64}, 2, taken{others: 7}, []string{"other processes took 11% of the cores"}},
		{"two threads' worth is all that is left", allowance.Allowance{Cores: 8}, 2, taken{others: .5, upstream: 5.8}, []string{"other processes took 25% of the cores"}},
		{"a quota", allowance.Allowance{Cores: 64, Quota: 1}, 64, taken{others: .2}, []string{"other processes took 20% of the cores"}},
	} {
		if got := c.t.flags(c.may, c.procs); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSince takes each figure from its own reading before.
func TestSince(t *testing.T) {
	before := usage{upstream: 2, runner: 3}
	before.Cores, before.Steal, before.Group = 10, 1, 5
	after := usage{upstream: 2.5, runner: 3.25, upstreamOnCores: true}
	after.Cores, after.Steal, after.Group = 14, 1.5, 6
	d := after.since(before)
	if d.Cores != 4 || d.Steal != .5 || d.Group != 1 || d.upstream != .5 || d.runner != .25 || !d.upstreamOnCores {
		t.Errorf("%+v", d)
	}
}

// TestJudge: what the machine does not tell is not recorded as nothing.
func TestJudge(t *testing.T) {
	spent := usage{Used: allowance.Used{Cores: 3, Steal: .1, Group: math.NaN()}, upstream: .4, upstreamOnCores: true}
	var s results.Sample
	machine{}.judge(&s, spent, time.Second, 2*time.Second, 2)
	if s.OthersCPU != nil || len(s.Flags) > 0 || s.ClientCPU != 1 {
		t.Errorf("a machine without /proc says %+v", s)
	}
	machine{known: true, may: allowance.Allowance{Cores: 2}}.judge(&s, spent, 2*time.Second, 2*time.Second, 2)
	if got := takenOf(allowance.Allowance{Cores: 2}, spent, 2, 2).steal; got != .05 {
		t.Errorf("%v cores stolen, of .1 s in two", got)
	}
	if s.Throttled != 0 {
		t.Errorf("without a quota it stopped %v", s.Throttled)
	}
	var limited results.Sample
	spent.Periods, spent.Stopped = 20, 5
	machine{known: true, may: allowance.Allowance{Cores: 2, Quota: 1.5}}.judge(&limited, spent, 2*time.Second, 2*time.Second, 2)
	if limited.Throttled != .25 {
		t.Errorf("the quota stopped it in %v of the periods, want a quarter", limited.Throttled)
	}
	if s.OthersCPU == nil || math.Abs(*s.OthersCPU-.6) > 1e-9 || s.UpstreamCPU != .4 || s.Steal != .1 || len(s.Flags) != 1 {
		t.Errorf("%+v; others took .6 s, which is 15%% of two cores", s)
	}
}

// TestListens: a number that an upstream gives for its process is taken for one of this
// machine only if that process listens at the address.
func TestListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if !thisMachine().known {
		t.Skip("no /proc here")
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if !listens(os.Getpid(), port) {
		t.Errorf("this process does not listen at port %s", port)
	}
	if other, _ := strconv.Atoi(port); listens(os.Getpid(), strconv.Itoa(other+1)) || listens(1<<30, port) || listens(0, port) {
		t.Error("a port that is not open, or a process that is not there, listens")
	}
	sleep := exec.Command("sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleep.Process.Kill(); _ = sleep.Wait() }()
	if listens(sleep.Process.Pid, port) {
		t.Error("another process is taken for the one that listens")
	}
}
