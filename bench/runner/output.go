package runner

import (
	"io"
	"strings"
	"syscall"

	"collatebench/internal/bounded"
)

const (
	// keptOutput, bytes: what a process prints is kept up to so much of its beginning
	// and of its end, in memory and in the log. A client in a loop of complaints prints
	// gigabytes before its time is up.
	keptOutput = 64 << 10

	// maxLine, bytes: a benchmark line has a name of some hundreds and 30 figures.
	maxLine = 16 << 10
)

// An output is what a process prints. Its two lines that matter are found wherever
// they are.
type output struct {
	kept      *bounded.Buffer
	lines     *bounded.Lines
	benchmark string // the first benchmark line, with single blanks; "" if there is none
	client    string // the first config line of the client's name
	named     bool   // there is such a line
}

func newOutput(log io.Writer) output {
	return output{kept: &bounded.Buffer{Head: keptOutput, Tail: keptOutput, To: log}}
}

// Write is for the process, whose standard output and error are one.
func (o *output) Write(b []byte) (int, error) {
	if o.lines == nil {
		o.lines = &bounded.Lines{Max: maxLine, Each: o.note}
	}
	_, _ = o.lines.Write(b) // it never fails
	return o.kept.Write(b)
}

// diskLine returns the line in which a program says that a disk is full, or takes no files; ""
// if there is none. What it prints besides follows from that.
func diskLine(printed string) string {
	for line := range strings.Lines(printed) {
		for _, reason := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EFBIG} {
			if strings.Contains(line, reason.Error()) {
				return atLine.ReplaceAllString(strings.TrimSpace(line), "")
			}
		}
	}
	return ""
}

// close ends the part of the log that is this process's.
func (o *output) close() error {
	if o.lines != nil {
		o.lines.Close()
	}
	return o.kept.Close()
}

// note looks at a line. The testing package prints a benchmark's name first and the
// figures later, with whatever was logged between.
func (o *output) note(line string) {
	if o.benchmark == "" && strings.HasPrefix(line, "BenchmarkCollate/") && strings.Contains(line, "ns/op") {
		o.benchmark = strings.Join(strings.Fields(line), " ")
	}
	if name, ok := strings.CutPrefix(strings.TrimSpace(line), "client:"); ok && !o.named {
		o.client, o.named = strings.TrimSpace(name), true
	}
}
