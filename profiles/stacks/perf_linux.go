package stacks

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"collatebench/internal/bounded"
	"collatebench/internal/procgroup"
)

// A manner is how perf finds who called.
type manner string

const (
	// byFrames follows the frame pointers: code of Go, and what a compiler has made at run
	// time, keep them. Most release builds do not.
	byFrames manner = "fp"
	// byCopy copies a part of the stack with each sample, which is unwound later, by the
	// tables that exceptions need.
	byCopy manner = "dwarf"
	// bySwitches takes no samples, only the switches between threads.
	bySwitches manner = "none"
)

// Bounds of a recording.
const (
	maxRecorded  = "64M"    // of a file of perf
	copyBudget   = 48 << 20 // bytes of copied stacks
	largestCopy  = 32 << 10 // bytes: futures of Rust nest deep
	smallestCopy = 8 << 10  // bytes
	maxEvents    = 4096     // perf opens one for each thread on each core
	maxSwitches  = 20_000   // a second: to note more of them would slow the program
	startWithin  = 10 * time.Second
	endWithin    = 5 * time.Second
	readWithin   = 15 * time.Second
	niceness     = 5
)

// A recording is one run of perf.
type recording struct {
	manner    manner
	processes []process
	o         Options
	switches  bool
	file      string // to write

	script script
	err    error
}

// take records, and reads what was recorded. The recordings of one Take sample at the same
// time, and are read one after the other.
func (r *recording) take(ctx context.Context, reading *sync.Mutex) {
	if r.err = r.record(ctx); r.err != nil {
		return
	}
	reading.Lock()
	defer reading.Unlock()
	r.err = r.read(ctx)
}

// record runs perf record. Its workload is a shell which ends when its standard input does:
// so perf ends too if this process dies, however that does.
func (r *recording) record(ctx context.Context) error {
	cmd := exec.Command("perf", append(r.arguments(), "--", "sh", "-c", "echo; exec cat >&2")...)
	said := bounded.Buffer{Head: 4 << 10, Tail: 2 << 10}
	cmd.Stderr = &said
	cmd.Env = environ()
	cmd.WaitDelay = time.Second
	procgroup.Lead(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	started, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(out).ReadByte()
		started <- err
		_, _ = io.Copy(io.Discard, out)
		ended <- cmd.Wait()
	}()
	over, err := r.follow(ctx, in, started, ended)
	procgroup.End(cmd) // also what is left of the group
	if !over {
		<-ended
		return err
	}
	return refusal(said.String(), err)
}

// follow waits until perf has started, has recorded for as long as it should, and has ended.
// It reports how it ended, or why it has to be ended.
func (r *recording) follow(ctx context.Context, in io.Closer, started, ended <-chan error) (over bool, err error) {
	select {
	case err := <-started:
		if err != nil { // it has said why, and ends
			return await(ctx, ended)
		}
	case <-time.After(startWithin):
		return false, fmt.Errorf("perf record did not start within %v", startWithin)
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	select {
	case err := <-ended: // all processes have ended, or the file is full
		return true, err
	case <-time.After(r.o.Duration):
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	_ = in.Close()
	return await(ctx, ended)
}

func await(ctx context.Context, ended <-chan error) (over bool, err error) {
	select {
	case err := <-ended:
		return true, err
	case <-time.After(endWithin):
		return false, fmt.Errorf("perf record did not end within %v", endWithin)
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

func (r *recording) arguments() []string {
	threads := 0
	for _, p := range r.processes {
		threads += p.threads
	}
	hz, size := cost(r.o, min(threads, runtime.NumCPU()))
	// No build IDs: perf would read all executables of the machine for them.
	args := []string{"record", "-q", "-N", "-B", "-T", "-o", r.file, "--max-size", maxRecorded}
	switch r.manner {
	case byFrames:
		args = append(args, "-e", "cpu-clock", "-F", strconv.Itoa(hz), "--call-graph", "fp", "--user-callchains")
	case byCopy:
		args = append(args, "-e", "cpu-clock", "-F", strconv.Itoa(hz), "--call-graph", "dwarf,"+strconv.Itoa(size), "--user-callchains")
	case bySwitches:
		args = append(args, "-e", "dummy:u")
	}
	if r.switches {
		args = append(args, "--switch-events")
	}
	pids := make([]string, len(r.processes))
	for i, p := range r.processes {
		pids[i] = strconv.Itoa(p.pid)
	}
	return append(args, "-p", strings.Join(pids, ","))
}

// cost keeps the copies of stacks within their budget: first smaller ones, which lose the
// outermost calls of deep stacks, then fewer.
func cost(o Options, cores int) (hz, size int) {
	hz = o.Hz
	each := float64(copyBudget) / (o.Duration.Seconds() * float64(max(cores, 1)))
	size = min(largestCopy, int(each/float64(hz))&^7)
	if size < smallestCopy {
		size = smallestCopy
		hz = max(minHz, int(each/smallestCopy))
	}
	return hz, size
}

// environ has no settings of the user's, and asks no server for symbols.
func environ() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "LC_") || strings.HasPrefix(v, "PERF_") || strings.HasPrefix(v, "DEBUGINFOD_")
	})
	return append(env, "LC_ALL=C", "PERF_CONFIG=/dev/null", "DEBUGINFOD_URLS=")
}

// read runs perf script on what was recorded. What it says after its time is left out.
func (r *recording) read(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	// The lines are looked up here, for perf would run a program for each.
	cmd := exec.Command("perf", "script", "-i", r.file, "--no-inline", "--no-demangle", "--ns",
		"--show-switch-events", "--show-lost-events", "-F", "comm,pid,tid,time,ip,sym,dso")
	lines := bounded.Lines{Max: maxLine, Each: r.script.line}
	said := bounded.Buffer{Head: 4 << 10, Tail: 2 << 10}
	cmd.Stdout, cmd.Stderr, cmd.Env = &lines, &said, environ()
	cmd.WaitDelay = time.Second
	procgroup.Lead(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	// The program that is watched goes first.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, cmd.Process.Pid, niceness)
	stop := context.AfterFunc(within, func() { procgroup.End(cmd) })
	defer stop()
	err := cmd.Wait()
	lines.Close()
	r.script.close()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case within.Err() != nil:
		return nil // with what it has said
	case err != nil && len(r.script.samples) == 0:
		return fmt.Errorf("perf script: %w: %s", err, firstLine(said.String()))
	}
	return nil
}

// errNotAllowed says that the kernel does not let us.
var errNotAllowed = errors.New("perf is not allowed")

// refusal says why perf has ended, if that was not as it should.
func refusal(said string, err error) error {
	if err == nil {
		return nil
	}
	for _, sign := range []string{"perf_event_paranoid", "Permission denied", "Operation not permitted", "No permission", "not permitted"} {
		if strings.Contains(said, sign) {
			return errNotAllowed
		}
	}
	return fmt.Errorf("perf record: %w: %s", err, firstLine(said))
}

func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return line[:min(len(line), 200)]
		}
	}
	return "it said nothing"
}
