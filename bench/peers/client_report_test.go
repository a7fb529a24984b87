package peers_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"collatebench/bench"
)

// report prints what the contract has, or spoils a part of it.
func (c *goClient) report(r bench.Readings) {
	seconds := r.Wall.Seconds()
	values := []string{
		fmt.Sprintf("%d ns/op", r.Wall.Nanoseconds()/int64(c.ops)),
		fmt.Sprintf("%.4f MB/s", float64(c.responses*c.ops)*float64(c.cell.size)/1e6/seconds),
		fmt.Sprintf("%.4f cpus", r.CPU.Seconds()/seconds),
		fmt.Sprintf("%.4f decode-busy", r.Busy.Seconds()/seconds),
		fmt.Sprintf("%.4f decode-overlap", r.Decode.Seconds()/r.Busy.Seconds()),
		fmt.Sprintf("%d resp-p50-ns", r.Responses.ValueAtQuantile(50)),
		fmt.Sprintf("%d resp-p99-ns", min(r.Responses.ValueAtQuantile(99), int64(r.Wall))),
	}
	spoil := func(i int, with string) {
		_, unit, _ := strings.Cut(values[i], " ")
		values[i] = with + " " + unit
	}
	name, client := c.cell.name, "client: tame\n"
	switch c.defect {
	case "a unit is missing":
		values = slices.Delete(values, 2, 3)
	case "a unit twice":
		values = append(values, values[2])
	case "a figure of 0":
		spoil(3, "0.000")
	case "an exponent":
		spoil(0, fmt.Sprintf("%e", float64(r.Wall)/float64(c.ops)))
	case "throughput in MiB":
		spoil(1, fmt.Sprintf("%.4f", float64(c.responses*c.ops)*float64(c.cell.size)/(1<<20)/seconds))
	case "an overlap below 1":
		spoil(4, "0.97")
	case "times without the upstream":
		spoil(5, fmt.Sprint(time.Millisecond.Nanoseconds()))
	case "the wall of all ops":
		spoil(0, fmt.Sprint(r.Wall.Nanoseconds()*10))
		spoil(1, fmt.Sprintf("%.4f", float64(c.responses*c.ops)*float64(c.cell.size)/1e6/seconds/10))
	case "a name without its suffix":
		name = strings.TrimSuffix(name, "-2")
	case "no name of its own":
		client = ""
	case "a word before the line":
		name = "CollateOther/" + name
	}
	fmt.Fprintf(c.out, "%sBenchmarkCollate/%s %d %s\n", client, name, c.ops, strings.Join(values, " "))
}
