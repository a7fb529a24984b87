// Package benchline reads a line of Go's benchmark format, with its values in
// the units that were printed.
//
//	line, err := benchline.Parse("client: go\nBenchmarkCollate/window=8-2 3 14000000 ns/op 87.5 MB/s")
//	if err != nil {
//		log.Fatal(err)
//	}
//	ns, _ := line.Of("ns/op")
//	fmt.Println(line.Config("client"), line.Name, line.Ops, ns)
//
// It does not know which names and units there are to be.
package benchline

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// A Line is what one benchmark line says.
type Line struct {
	Name   string // without "Benchmark", with the suffix of GOMAXPROCS
	Ops    int
	Values []Value // in their order on the line

	config map[string]string
}

// A Value is one measurement.
type Value struct {
	Unit  string // as printed: "ns/op", not "sec/op"
	Value float64
}

// ErrNone says that a text has no benchmark line.
var ErrNone = errors.New("no benchmark line")

// A SyntaxError says what is wrong with a benchmark line.
type SyntaxError struct {
	Line int // of the text, from 1
	Msg  string
}

func (e *SyntaxError) Error() string { return e.Msg }

// Parse reads the first benchmark line of a text. A line that begins as one
// and can't be read is a [*SyntaxError]; no line at all is [ErrNone].
func Parse(text string) (Line, error) {
	r := benchfmt.NewReader(strings.NewReader(text), "")
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.Result:
			return newLine(rec), nil
		case *benchfmt.SyntaxError:
			return Line{}, &SyntaxError{rec.Line, rec.Msg}
		}
	}
	if err := r.Err(); err != nil {
		return Line{}, fmt.Errorf("%w: %w", ErrNone, err)
	}
	return Line{}, ErrNone
}

func newLine(r *benchfmt.Result) Line {
	l := Line{Name: r.Name.String(), Ops: r.Iters, config: map[string]string{}}
	for _, c := range r.Config {
		l.config[c.Key] = string(c.Value)
	}
	for _, v := range r.Values {
		// benchfmt turns ns into sec and MB into B, but not where the
		// value is 0, and keeps what was printed only where it did.
		if v.OrigUnit != "" {
			v.Unit, v.Value = v.OrigUnit, v.OrigValue
		}
		l.Values = append(l.Values, Value{v.Unit, v.Value})
	}
	return l
}

// Of returns the first value in this unit; false where there is none.
func (l Line) Of(unit string) (float64, bool) {
	for _, v := range l.Values {
		if v.Unit == unit {
			return v.Value, true
		}
	}
	return 0, false
}

// Config returns the value of a config line (client: go) above the line; ""
// where there is none.
func (l Line) Config(key string) string { return l.config[key] }
