package stacks

import (
	"context"
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"collatebench/internal/bounded"
	"collatebench/internal/boundedfile"
	"collatebench/internal/procgroup"
)

// maxRaw, in bytes, bounds what is read of py-spy's output.
const maxRaw = 32 << 20

// A spying is one run of py-spy, on one process.
type spying struct {
	process process
	o       Options
	file    string // to write

	text string
	err  error
}

// take runs py-spy, which does not stop the process for its samples: stopping it halved the
// throughput of 32 threads. Some samples are lost for it. It counts who holds the interpreter's
// lock: of threads that queue for the lock it takes some for running, and counts twice the time
// that there is. Work of C that lets go of the lock does not count so.
func (s *spying) take(ctx context.Context) {
	seconds := int(math.Ceil(s.o.Duration.Seconds()))
	cmd := exec.Command("py-spy", "record", "--nonblocking", "--gil", "--threads", "--full-filenames", "-f", "raw",
		"-p", strconv.Itoa(s.process.pid), "-r", strconv.Itoa(s.o.Hz), "-d", strconv.Itoa(seconds), "-o", s.file)
	said := bounded.Buffer{Head: 4 << 10, Tail: 2 << 10}
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second
	procgroup.Lead(cmd)
	if s.err = cmd.Start(); s.err != nil {
		return
	}
	within, cancel := context.WithTimeout(ctx, time.Duration(seconds)*time.Second+startWithin)
	defer cancel()
	stop := context.AfterFunc(within, func() { procgroup.End(cmd) })
	defer stop()
	err := cmd.Wait()
	if ctx.Err() != nil {
		s.err = context.Cause(ctx)
		return
	}
	text, readErr := boundedfile.Read(s.file, maxRaw)
	switch {
	case readErr == nil:
		s.text = string(text)
	case strings.Contains(said.String(), "Permission denied"), strings.Contains(said.String(), "ermission"):
		s.err = fmt.Errorf("py-spy is not allowed: kernel.yama.ptrace_scope is %s; it takes root or CAP_SYS_PTRACE", sysctl("kernel.yama.ptrace_scope"))
	case err != nil:
		s.err = fmt.Errorf("py-spy: %w: %s", err, firstLine(strings.ReplaceAll(said.String(), "py-spy> ", "")))
	default:
		s.err = fmt.Errorf("py-spy: %w", readErr)
	}
}
