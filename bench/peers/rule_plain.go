package peers

import (
	"errors"
	"fmt"
	"strings"

	"collatebench/internal/benchline"
)

// plainAsks are the runs in which nothing goes wrong, which many rules look at.
func plainAsks() []ask {
	return []ask{
		{window: 4, responses: 10, ops: 2}, // not a multiple of the window
		{window: 1, responses: 3, ops: 1},
		// A window of more than there is to do. One op takes 5 ms, and the kernel
		// adds CPU time in ticks of 10 ms: so short a run was seen with 2.4 cpus of 2.
		{window: 16, responses: 5, ops: 12},
		{window: 4, responses: 10, ops: 1, workers: 1},
		{window: 4, responses: 10, ops: 1, alternate: true, size: 1536},
		{window: 8, responses: 96, ops: 1},
	}
}

// benchmarkLines are the lines that benchstat and others take for results.
func benchmarkLines(stdout string) (out []string) {
	for line := range strings.SplitSeq(stdout, "\n") {
		if strings.HasPrefix(line, "Benchmark") {
			out = append(out, line)
		}
	}
	return out
}

// measured reads the run's one benchmark line.
func (x *exchange) measured() (benchline.Line, error) {
	if n := len(benchmarkLines(x.stdout)); n != 1 {
		return benchline.Line{}, fmt.Errorf("%d benchmark lines, not one", n)
	}
	line, err := benchline.Parse(x.stdout)
	if bad := (*benchline.SyntaxError)(nil); errors.As(err, &bad) {
		return line, fmt.Errorf("stdout:%d: %w", bad.Line, bad)
	} else if err != nil {
		return line, fmt.Errorf("no benchmark line that can be read: %q", benchmarkLines(x.stdout)[0])
	}
	return line, nil
}

func judgeOutput(t *trial) {
	for _, x := range t.plainRuns() {
		if !t.works(x, x.run) {
			continue
		}
		m, err := x.measured()
		if err != nil {
			t.wrongf("%v: %v", x, err)
			continue
		}
		line := benchmarkLines(x.stdout)[0]
		switch {
		case m.Name != "Collate/"+x.cell:
			t.wrongf("%v: the cell is %q, and the benchmark line's name %q", x, x.cell, "Benchmark"+m.Name)
		case m.Ops != x.ops:
			t.wrongf("%v: the benchmark line has %d ops", x, m.Ops)
		case m.Config("client") != string(t.client.Name):
			t.wrongf("%v: no line %q before the benchmark line", x, "client: "+t.client.Name)
		case strings.Join(strings.Fields(line), " ") != line:
			t.wrongf("%v: the benchmark line is not separated by single spaces: %q", x, line)
		}
	}
}

func judgeRequests(t *trial) {
	for _, x := range t.plainRuns() {
		if x.exit != 0 {
			continue
		}
		for _, s := range x.traffic.unexpected {
			t.wrongf("%v: asks for %s as well", x, s)
		}
		if wrong := x.wrongRequests(t.windowOf(x)); wrong != "" {
			t.wrongf("%v: %s", x, wrong)
		}
	}
}

// wrongRequests says what is wrong with the requests. They are started in order
// and may overtake each other on their way. Those that are overtaken keep their
// places in the window, so there are fewer of them than it has places.
func (x *exchange) wrongRequests(window int) string {
	if got := len(x.traffic.requests); got != x.ask.requests() {
		return fmt.Sprintf("%d requests, not %d", got, x.ask.requests())
	}
	seen := make([]bool, x.ask.requests())
	for i, q := range x.traffic.requests {
		first := i > 0 && x.collation(i) != x.collation(i-1)
		switch {
		case q.wrong != "":
			return fmt.Sprintf("response %d: %s", q.id, q.wrong)
		case q.id >= len(seen):
			return fmt.Sprintf("id %d is beyond the last one, which is %d", q.id, len(seen)-1)
		case seen[q.id]:
			return fmt.Sprintf("id %d was asked for twice", q.id)
		case overtaken(seen, q.id) >= window:
			return fmt.Sprintf("id %d was asked for when %d before it were not yet", q.id, overtaken(seen, q.id))
		case x.collation(q.id) != x.collation(i):
			return fmt.Sprintf("id %d was asked for by request %d, of another collation", q.id, i)
		case first && q.before != i:
			return fmt.Sprintf("id %d begins a collation, with %d requests of the one before in flight", q.id, i-q.before)
		}
		seen[q.id] = true
	}
	return ""
}

// overtaken counts the ids before one that are not seen.
func overtaken(seen []bool, id int) (n int) {
	for _, s := range seen[:id] {
		if !s {
			n++
		}
	}
	return n
}

// judgeConnections allows more of them than the window has places: a pool may
// dial while a connection is on its way back to it. Their number does not grow
// with the requests.
func judgeConnections(t *trial) {
	for _, x := range t.plainRuns() {
		if x.exit == 0 && x.traffic.conns > 2*t.windowOf(x)+2 {
			t.wrongf("%v: %d connections for %d requests", x, x.traffic.conns, len(x.traffic.requests))
		}
	}
}
