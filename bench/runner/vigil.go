package runner

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"collatebench/internal/proc"
	"collatebench/internal/spell"
	"collatebench/results"
)

const (
	vigilTurn  = 100 * time.Millisecond // between looks at the two processes, of some 20 us each
	clockTurns = 5                      // turns between looks at the clocks of the cores
)

// A vigil sees what stands still while a client runs, which no CPU time shows: the client or
// its upstream (SIGSTOP), this process, the machine. It keeps the clock of the cores beside.
type vigil struct {
	client, upstream int // pids; 0 for none of this machine's
	began, last      clocks

	clientStopped, upstreamStopped, stoodStill time.Duration

	mhz   float64 // sum
	looks float64 // of it

	cpufreq string // folder of the kernel's policies
	ended   chan struct{}
	done    chan struct{}
}

// cpufreqDir has a folder for each policy of the cores' clock; it is empty or missing in most
// virtual machines.
const cpufreqDir = "/sys/devices/system/cpu/cpufreq"

// keepVigil begins to look, until end.
func keepVigil(client, upstream int) *vigil {
	now := readClocks()
	v := &vigil{client: client, upstream: upstream, began: now, last: now, cpufreq: cpufreqDir, ended: make(chan struct{}), done: make(chan struct{})}
	go v.keep()
	return v
}

func (v *vigil) keep() {
	defer close(v.done)
	tick := time.NewTicker(vigilTurn)
	defer tick.Stop()
	for turn := 1; ; turn++ {
		select {
		case <-v.ended:
			v.look(readClocks(), false, false) // the client has ended: nothing is stopped any more
			return
		case <-tick.C:
			v.look(readClocks(), stopped(v.client), stopped(v.upstream))
			if turn%clockTurns == 0 {
				v.lookAtClock()
			}
		}
	}
}

// end ends it. A nil one, of a process that did not start, has seen nothing.
func (v *vigil) end() {
	if v != nil {
		close(v.ended)
		<-v.done
	}
}

// look adds the time since the look before to whom it belongs.
func (v *vigil) look(now clocks, client, upstream bool) {
	turn := now.since(v.last).lasted
	v.last = now
	if client {
		v.clientStopped += turn
	}
	if upstream {
		v.upstreamStopped += turn
	}
	if turn > standsStill {
		v.stoodStill += turn
	}
}

// stopped says that a process was sent SIGSTOP or the like. One that is being traced is not
// meant: a debugger stops it for moments.
func stopped(pid int) bool {
	if pid == 0 {
		return false
	}
	s, err := proc.Read(pid)
	return err == nil && s.State == 'T'
}

// lookAtClock adds the clock of the fastest core: what is idle beside it does not matter.
func (v *vigil) lookAtClock() {
	if _, now := clockOf(v.cpufreq, "scaling_cur_freq"); now > 0 {
		v.mhz += now
		v.looks++
	}
}

// clock is the clock of the fastest core in MHz, mean; 0 where it is not known.
func (v *vigil) clock() float64 {
	if v == nil || v.looks == 0 {
		return 0
	}
	return v.mhz / v.looks
}

// flags says what disturbed the client.
func (v *vigil) flags() []string {
	if v == nil {
		return nil
	}
	out := v.last.since(v.began).flags()
	for _, f := range []struct {
		what string
		took time.Duration
	}{
		{"the client was stopped for ", v.clientStopped},
		{"the upstream was stopped for ", v.upstreamStopped},
		{"the runner stood still for ", v.stoodStill},
	} {
		if f.took > 0 {
			out = append(out, f.what+spell.Duration(f.took.Seconds()))
		}
	}
	return out
}

// note writes what it saw into a sample.
func (v *vigil) note(s *results.Sample) {
	s.MHz = v.clock()
	s.Flags = append(s.Flags, v.flags()...)
}

// clockOf reads a file of each policy below dir, in kHz, and returns the lowest and the
// highest in MHz; both are 0 where there is none.
func clockOf(dir, file string) (low, high float64) {
	paths, _ := filepath.Glob(filepath.Join(dir, "policy*", file)) // the pattern is good
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		khz, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
		if err != nil || !(khz > 0) {
			continue
		}
		if low == 0 || khz/1e3 < low {
			low = khz / 1e3
		}
		high = max(high, khz/1e3)
	}
	return low, high
}

// governorOf is the kernel's policy for the clock of the cores; "" where there is none. Cores
// of several policies have theirs side by side.
func governorOf(dir string) string {
	paths, _ := filepath.Glob(filepath.Join(dir, "policy*", "scaling_governor"))
	var out []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		name := strings.TrimSpace(string(text))
		if err == nil && name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ",")
}
