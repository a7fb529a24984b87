package peers

import (
	"fmt"
	"math"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"collatebench/internal/benchline"
)

// units are those of a benchmark line.
func units() []string {
	return []string{"ns/op", "MB/s", "cpus", "decode-busy", "decode-overlap", "resp-p50-ns", "resp-p99-ns"}
}

var plainDecimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

func judgeFigures(t *trial) {
	for _, x := range t.plainRuns() {
		m, err := x.measured()
		if err != nil {
			continue // rule output says so
		}
		if wrong := wrongNotation(benchmarkLines(x.stdout)[0]); wrong != "" {
			t.wrongf("%v: %s", x, wrong)
			continue
		}
		f, wrong := readFigures(m)
		if wrong != "" {
			t.wrongf("%v: %s", x, wrong)
			continue
		}
		for _, wrong := range f.impossible(x, t.windowOf(x)) {
			t.wrongf("%v: %s", x, wrong)
		}
	}
}

// wrongNotation says which number is not in plain decimals.
func wrongNotation(line string) string {
	for i, f := range strings.Fields(line) {
		if i > 0 && i%2 == 0 && !plainDecimal.MatchString(f) {
			return fmt.Sprintf("%q is not in plain decimal notation", f)
		}
	}
	return ""
}

// figures are the values of a benchmark line, by the unit as it was printed.
type figures map[string]float64

// readFigures wants each unit once, with a value above 0.
func readFigures(m benchline.Line) (f figures, wrong string) {
	f = figures{}
	for _, v := range m.Values {
		if _, twice := f[v.Unit]; twice {
			return f, v.Unit + " is there twice"
		}
		f[v.Unit] = v.Value
	}
	for _, u := range units() {
		switch v, there := f[u]; {
		case !there:
			return f, "no " + u + " on the benchmark line"
		case !(v > 0) || math.IsInf(v, 0):
			return f, fmt.Sprintf("%v %s, where it is to be above 0", v, u)
		}
	}
	return f, ""
}

func (f figures) duration(unit string) time.Duration { return time.Duration(f[unit]) }

// impossible says which figures can't be true of this run. A client that
// measures as the contract has it passes each test, however slow the machine.
func (f figures) impossible(x *exchange, window int) (wrong []string) {
	op, p50, p99 := f.duration("ns/op"), f.duration("resp-p50-ns"), f.duration("resp-p99-ns")
	timed := op * time.Duration(x.ops)
	throughput := float64(x.responses) * float64(x.size) / 1e6 / op.Seconds()
	for _, c := range []struct {
		bad  bool
		says string
	}{
		{timed > x.wall, fmt.Sprintf("ops of %v in a process of %v", op, x.wall)},
		{op < x.leastOp(window), fmt.Sprintf("ops of %v, and each response takes %v at the upstream", op, x.latency)},
		{math.Abs(f["MB/s"]/throughput-1) > .01, fmt.Sprintf("%v MB/s, and %v ns/op means %.2f", f["MB/s"], f["ns/op"], throughput)},
		{f["cpus"] > float64(runtime.NumCPU())+.2, fmt.Sprintf("%v cpus of %d", f["cpus"], runtime.NumCPU())},
		{f["cpus"]*timed.Seconds() > 1.1*x.cpu.Seconds()+.02, fmt.Sprintf("%v cpus for %v, and the process used %v", f["cpus"], timed, x.cpu)},
		{f["decode-busy"] > 1.001, fmt.Sprintf("decode-busy %v, of 1", f["decode-busy"])},
		{f["decode-overlap"] < .999, fmt.Sprintf("decode-overlap %v: where one is decoded it is 1", f["decode-overlap"])},
		{f["decode-overlap"] > float64(window)+.001, fmt.Sprintf("decode-overlap %v", f["decode-overlap"])},
		{p50 > p99, fmt.Sprintf("resp-p50-ns is %v, above resp-p99-ns, %v", p50, p99)},
		{p50 < x.latency, fmt.Sprintf("resp-p50-ns is %v, and each response takes %v at the upstream", p50, x.latency)},
		{p99 > timed, fmt.Sprintf("resp-p99-ns is %v, and all ops took %v", p99, timed)},
		// At least half of the responses take p50, a window of them at a time.
		{float64(p50)*float64(x.responses*x.ops) > 2.02*float64(timed)*float64(window),
			fmt.Sprintf("resp-p50-ns is %v, and %d responses took %v", p50, x.responses*x.ops, timed)},
	} {
		if c.bad {
			wrong = append(wrong, c.says)
		}
	}
	return wrong
}

// busy is how long the client has decoded, in the timed part.
func (f figures) busy(x *exchange) time.Duration {
	return time.Duration(f["decode-busy"] * f["ns/op"] * float64(x.ops))
}

// held is the sum of the times that the timed responses spent at the upstream.
func (x *exchange) held() (sum time.Duration) {
	timed := slices.DeleteFunc(slices.Clone(x.traffic.requests), func(q *request) bool { return q.id < x.warm() })
	for _, q := range timed {
		sum += q.ended.Sub(q.arrived)
	}
	return sum
}
