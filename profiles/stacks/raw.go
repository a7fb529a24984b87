package stacks

import (
	"regexp"
	"strconv"
	"strings"

	"collatebench/profiles/hotspot"
)

var (
	// thread (23763): ThreadPoolExecutor-0_9, and on some systems in hexadecimal.
	pyThread = regexp.MustCompile(`^thread \((0x[0-9A-Fa-f]+|\d+)\)(?:: (.*))?$`)
	pyFrame  = regexp.MustCompile(`^(.*) \((.*):(\d+)\)$`)
)

// A rawReader gathers lines that py-spy record -f raw has written: the calls of a stack, the
// outermost first, with ";" between them, and how often it was seen.
type rawReader struct {
	pid int
	b   *builder
}

func (r *rawReader) line(text string) {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return
	}
	n, err := strconv.ParseInt(text[i+1:], 10, 64)
	if err != nil || n <= 0 || n > maxSamples {
		return
	}
	t := thread{pid: r.pid, tid: r.pid}
	var calls []hotspot.Call
	for part := range strings.SplitSeq(text[:i], ";") {
		if m := pyThread.FindStringSubmatch(part); m != nil {
			tid, err := strconv.ParseInt(m[1], 0, 32)
			if err == nil {
				t.tid = int(tid)
			}
			t.name = m[2]
			continue
		}
		if m := pyFrame.FindStringSubmatch(part); m != nil && len(calls) < maxDepth {
			calls = append(calls, r.call(m[1], m[2], m[3]))
		}
	}
	r.b.add(t, calls, n)
}

func (r *rawReader) call(name, file, line string) hotspot.Call {
	l, err := strconv.ParseInt(line, 10, 32)
	if err != nil {
		l = 0
	}
	kind, library, module := classPython(file)
	if module != "" {
		name = module + "." + strings.ReplaceAll(name, ".<locals>", "")
	}
	f := Function{hotspot.Function{Name: name, File: file, Kind: kind, Of: library}, file}
	return hotspot.Call{Function: r.b.function(f), Line: int32(l)}
}
