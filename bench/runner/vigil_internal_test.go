package runner

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/results"
)

// TestLapse: steps of the clocks are seen, and nothing else is.
func TestLapse(t *testing.T) {
	before := clocks{time.Hour, 2 * time.Hour, 3 * time.Hour}
	after := func(lasted, suspended, set time.Duration) lapse {
		return clocks{before.monotonic + lasted, before.boot + lasted + suspended, before.wall + lasted + suspended + set}.since(before)
	}
	for _, c := range []struct {
		name string
		l    lapse
		want []string
	}{
		{"nothing", after(2*time.Second, 0, 0), nil},
		{"the time of reading", after(time.Second, time.Millisecond, -time.Millisecond), nil},
		{"a hundredth", after(10*time.Second, 0, 90*time.Millisecond), nil},
		{"suspended", after(time.Second, 3*time.Second, 0), []string{"the machine was suspended for 3s"}},
		{"forward", after(time.Second, 0, time.Hour), []string{"the clock was set 1h0m0s forward"}},
		{"back", after(time.Second, 0, -50*time.Millisecond), []string{"the clock was set 50ms back"}},
		{"suspended, and set after it", after(time.Second, time.Minute, -time.Second), []string{"the machine was suspended for 1m0s", "the clock was set 1s back"}},
	} {
		if got := c.l.flags(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestReadClocks: the readings are of one moment, so a step is told from the time that they take.
func TestReadClocks(t *testing.T) {
	before := readClocks()
	time.Sleep(5 * time.Millisecond)
	l := readClocks().since(before)
	if l.lasted < 5*time.Millisecond || len(l.flags()) > 0 {
		t.Errorf("%+v: %q", l, l.flags())
	}
}

// TestLook charges the time between two looks to whom it belongs.
func TestLook(t *testing.T) {
	var v vigil
	at := func(d time.Duration) clocks { return clocks{d, d, d} }
	v.look(at(100*time.Millisecond), false, false)
	if f := v.flags(); len(f) > 0 {
		t.Errorf("%q", f)
	}
	v.look(at(200*time.Millisecond), true, false)
	v.look(at(500*time.Millisecond), true, true)
	v.look(at(600*time.Millisecond), false, false)
	v.look(at(2600*time.Millisecond), false, false)
	want := []string{"the client was stopped for 400ms", "the upstream was stopped for 300ms", "the runner stood still for 2s"}
	if got := v.flags(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	s := results.Sample{Flags: []string{"before"}}
	v.note(&s)
	if len(s.Flags) != 4 || s.Flags[0] != "before" || s.MHz != 0 {
		t.Errorf("%+v", s)
	}
	if (*vigil)(nil).flags() != nil {
		t.Error("a process that did not start was disturbed")
	}
}

// TestVigilTells: what stood still disturbs a sample and a profiled pass, also where the machine can't
// be read; a process that did not start was not watched.
func TestVigilTells(t *testing.T) {
	want := []string{"the client was stopped for 700ms"}
	v := &vigil{clientStopped: 700 * time.Millisecond, mhz: 5000, looks: 2}
	s := results.Sample{Flags: []string{"first"}}
	v.note(&s)
	if !slices.Equal(s.Flags, append([]string{"first"}, want...)) || s.MHz != 2500 {
		t.Errorf("%q at %v MHz", s.Flags, s.MHz)
	}
	if got := (machine{}).disturbed(&process{vigil: v}, usage{}, 0); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := (machine{}).disturbed(&process{}, usage{}, 0); len(got) > 0 {
		t.Errorf("%q of a process that was not watched", got)
	}
}

// TestStopped: a client that is stopped is seen, and one that merely sleeps is not.
func TestStopped(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: needs /proc")
	}
	sleep := exec.Command("sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleep.Process.Kill(); _ = sleep.Wait() }()
	if stopped(sleep.Process.Pid) || stopped(0) || stopped(1<<30) {
		t.Error("a process that sleeps, or none, is stopped")
	}
	if err := sleep.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); !stopped(sleep.Process.Pid); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a process that is stopped is not seen")
		}
	}
	v := keepVigil(sleep.Process.Pid, 0)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(vigilTurn) {
		if elapsed := readClocks().since(v.began).lasted; elapsed > 3*vigilTurn || time.Now().After(end) {
			break
		}
	}
	v.end()
	if f := v.flags(); len(f) == 0 || !strings.HasPrefix(f[0], "the client was stopped for ") || v.upstreamStopped > 0 {
		t.Errorf("%q", f)
	}
}

// TestCoreClock reads what Linux tells of the clock of the cores.
func TestCoreClock(t *testing.T) {
	dir := t.TempDir()
	for path, text := range map[string]string{
		"policy0/scaling_cur_freq": "1200000\n", "policy1/scaling_cur_freq": "3400000\n", "policy2/scaling_cur_freq": "<unknown>\n",
		"policy0/scaling_governor": "powersave\n", "policy1/scaling_governor": "performance\n", "policy2/scaling_governor": "powersave\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if low, high := clockOf(dir, "scaling_cur_freq"); low != 1200 || high != 3400 {
		t.Errorf("%v to %v MHz", low, high)
	}
	if low, high := clockOf(t.TempDir(), "scaling_cur_freq"); low != 0 || high != 0 {
		t.Errorf("%v to %v MHz of a machine that does not tell", low, high)
	}
	if got := governorOf(dir); got != "powersave,performance" {
		t.Errorf("governor %q", got)
	}
	v := vigil{cpufreq: dir}
	v.lookAtClock()
	v.lookAtClock()
	if v.clock() != 3400 {
		t.Errorf("the fastest core is said to run at %v MHz", v.clock())
	}
}
