package stacks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"collatebench/internal/scratch"
)

// Take samples the stacks of processes that run. What can't be had is in Missing, not an
// error: those are ctx's, and that of a folder for temporary files. It takes the duration,
// and up to some seconds to read what was recorded.
func Take(ctx context.Context, o Options) (Samples, error) {
	if err := ctx.Err(); err != nil {
		return Samples{}, context.Cause(ctx)
	}
	t := taking{o: o.bounded()}
	for _, pid := range o.PIDs {
		if p, ok := openProcess(pid); ok {
			t.processes = append(t.processes, p)
		} else {
			t.miss("process %d has ended, or belongs to someone else", pid)
		}
	}
	if len(t.processes) == 0 {
		return Samples{Missing: t.missing}, nil
	}
	folder, err := scratch.New("")
	if err != nil {
		return Samples{}, fmt.Errorf("sample stacks: %w", err)
	}
	defer folder.Remove()
	t.plan(folder.Path)
	if err := t.run(ctx); err != nil {
		return Samples{}, err
	}
	return t.samples(ctx), nil
}

// A taking is one Take.
type taking struct {
	o          Options
	processes  []process
	recordings []*recording
	spyings    []*spying
	missing    []string
}

func (t *taking) miss(format string, args ...any) {
	t.missing = append(t.missing, fmt.Sprintf(format, args...))
}

// maxSpyings bounds the runs of py-spy: each takes some percent of a core.
const maxSpyings = 8

// plan divides the processes by how their stacks are had.
func (t *taking) plan(folder string) {
	_, noPerf := exec.LookPath("perf")
	_, noSpy := exec.LookPath("py-spy")
	by := map[manner][]process{}
	var pythons int
	for _, p := range t.processes {
		switch {
		case p.python() && noSpy == nil && len(t.spyings) < maxSpyings:
			t.spyings = append(t.spyings, &spying{process: p, o: t.o, file: filepath.Join(folder, "raw"+strconv.Itoa(p.pid))})
			by[bySwitches] = append(by[bySwitches], p)
			continue
		case p.python() && noSpy != nil:
			pythons++
		}
		how := p.manner()
		by[how] = append(by[how], p)
	}
	if pythons > 0 {
		t.miss("py-spy (pip install py-spy) would name the function in Python")
	}
	t.maps()
	if noPerf != nil {
		if len(by[byFrames])+len(by[byCopy]) > 0 {
			t.miss("linux-perf (Debian), linux-tools (Ubuntu) or perf (Fedora) would name the function")
		}
		return
	}
	switches := t.seldomSwitch()
	for _, how := range []manner{byFrames, byCopy, bySwitches} {
		kept := t.affordable(by[how])
		if len(kept) > 0 && (switches || how != bySwitches) {
			t.recordings = append(t.recordings, &recording{manner: how, processes: kept, o: t.o, switches: switches, file: filepath.Join(folder, string(how))})
		}
	}
}

// maps says what would name the functions that are compiled at run time.
func (t *taking) maps() {
	for _, p := range t.processes {
		name := baseName(p.exe)
		if _, err := os.Stat(p.proc("root/tmp/perf-" + strconv.Itoa(p.pid) + ".map")); err == nil {
			continue
		}
		switch {
		case strings.HasPrefix(name, "node"):
			t.miss("node --perf-basic-prof --interpreted-frames-native-stack would name the function in JavaScript")
		case name == "java":
			t.miss("java -XX:+PreserveFramePointer, and then jcmd %d Compiler.perfmap, would name the function in Java", p.pid)
		}
	}
}

// manner chooses by what gives whole stacks.
func (p process) manner() manner {
	if p.python() {
		return byCopy
	}
	if interpreters.MatchString(baseName(p.exe)) || isGo(p.proc("exe")) {
		return byFrames
	}
	return byCopy
}

// seldomSwitch looks for a moment how often the threads come to a core and leave it.
func (t *taking) seldomSwitch() bool {
	const look = 50 * time.Millisecond
	before := switched(t.processes)
	time.Sleep(look)
	if n := float64(switched(t.processes)-before) / look.Seconds(); n > maxSwitches {
		t.miss("the exact parallelism was left out: the threads switch %.0f times a second, and to note that would slow them", n)
		return false
	}
	return true
}

// affordable leaves out processes whose threads are more than perf can open.
func (t *taking) affordable(all []process) (kept []process) {
	events := 0
	for _, p := range all {
		if events += p.threads * runtime.NumCPU(); events > maxEvents && len(kept) > 0 {
			t.miss("process %d was left out: it and those before it have too many threads for perf", p.pid)
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// run takes all of them at the same time.
func (t *taking) run(ctx context.Context) error {
	var all sync.WaitGroup
	var reading sync.Mutex
	for _, r := range t.recordings {
		all.Go(func() { r.take(ctx, &reading) })
	}
	for _, s := range t.spyings {
		all.Go(func() { s.take(ctx) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// linesWithin is the time that looking up lines may take: after it functions go without.
const linesWithin = 4 * time.Second

func (t *taking) samples(ctx context.Context) Samples {
	b := newBuilder()
	var how []string
	if t.countPerf(ctx, b) {
		how = append(how, "perf")
	}
	if t.countSpy(b) {
		how = append(how, "py-spy")
	}
	s := b.samples()
	for i, one := range s.Threads {
		if strings.HasPrefix(one.Name, ":") { // perf says so of a thread that began as it did itself
			s.Threads[i].Name = threadName(one.PID, one.TID, one.Name)
		}
	}
	s.How, s.Parallel, s.Missing = how, t.parallel(), t.missing
	return s
}

// countPerf counts the samples of perf, and reports whether stacks were recorded.
func (t *taking) countPerf(ctx context.Context, b *builder) (recorded bool) {
	within, cancel := context.WithTimeout(ctx, linesWithin)
	defer cancel()
	r := resolver{b: b, programs: map[string]*program{}}
	defer r.close()
	mains := map[int]*program{}
	for _, one := range t.recordings {
		if one.err != nil {
			t.failed(one)
			continue
		}
		for _, p := range one.processes {
			if r.programs[p.exe] == nil && len(one.script.samples) > 0 {
				r.programs[p.exe] = p.program(within)
				t.stripped(r.programs[p.exe])
			}
			mains[p.pid] = r.programs[p.exe]
		}
		r.add(&one.script, mains)
		recorded = recorded || one.manner != bySwitches
		if one.script.dropped > 0 {
			t.miss("%d samples of perf were too many to keep", one.script.dropped)
		}
	}
	if within.Err() != nil && ctx.Err() == nil {
		t.miss("the lines of some functions took too long to look up")
	}
	return recorded
}

func (t *taking) stripped(p *program) {
	if p.file != nil && len(p.symbols) == 0 {
		t.miss("%s has no symbols: built without stripping it, its functions would be named", baseName(p.path))
	}
}

func (t *taking) failed(r *recording) {
	if errors.Is(r.err, errNotAllowed) {
		t.miss("%s", notAllowed(sysctl("kernel.perf_event_paranoid")))
		return
	}
	t.miss("%v", r.err)
}

// notAllowed says what would allow perf. Up to 2 the kernel lets a user sample processes of
// the same user.
func notAllowed(paranoid string) string {
	const remedy = "it takes root or CAP_PERFMON"
	if n, err := strconv.Atoi(paranoid); err == nil && n <= 2 {
		return fmt.Sprintf("perf is not allowed, though kernel.perf_event_paranoid is %d: a container may forbid it, or a process changes its rights; %s", n, remedy)
	}
	return fmt.Sprintf("perf is not allowed: kernel.perf_event_paranoid is %s; %s, or 2 there", paranoid, remedy)
}

// countSpy counts those of py-spy, and reports whether there are any.
func (t *taking) countSpy(b *builder) (recorded bool) {
	for _, s := range t.spyings {
		if s.err != nil {
			t.miss("%v", s.err)
			continue
		}
		recorded = true
		r := rawReader{pid: s.process.pid, b: b}
		for line := range strings.Lines(s.text) {
			r.line(strings.TrimSuffix(line, "\n"))
		}
	}
	return recorded
}

// parallel is known where all processes were recorded, and nothing was lost.
func (t *taking) parallel() []float64 {
	var all []*switches
	recorded := 0
	for _, r := range t.recordings {
		if r.err != nil || r.script.lost || r.script.dropped > 0 || !r.switches {
			return nil
		}
		all = append(all, &r.script.switches)
		recorded += len(r.processes)
	}
	if len(all) == 0 || recorded < len(t.processes) {
		return nil
	}
	return parallel(all...)
}
