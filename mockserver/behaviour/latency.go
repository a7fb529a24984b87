package behaviour

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// MaxDelay bounds each part of a Latency and each draw from it: a heavy tail
// is cut there, or one draw in a million would outlast the run.
const MaxDelay = time.Minute

// z99 is the 99th percentile of the standard normal distribution.
const z99 = 2.3263478740408408

// Latency is a service time: none, one delay, a distribution of delays, or
// those of a recording. It is comparable; ParseLatency makes one and String
// spells it.
type Latency struct {
	kind latencyKind
	a, b float64 // nanoseconds, or a plain number where the row says so
}

type latencyKind uint8

const (
	immediate latencyKind = iota
	fixed
	uniform
	lognormal
	pareto
	load
	recorded // a is the factor, a plain number
)

// latencyRow is what the kinds of delay differ in.
type latencyRow struct {
	name   string // before the parameters
	params int
	plain  bool // b is a number, not a duration
	wrong  func(a, b float64) string
	draw   func(a, b, u float64, others int) float64
}

const latencyAllowed = "none, 10ms (fixed), uniform:5ms:15ms (min:max), lognormal:10ms:80ms (p50:p99), " +
	"pareto:10ms:1.5 (min:alpha), load:10ms:2ms (base:for each other request in service), " +
	"recorded or recorded*2 (of mockserver --replay: as it was, by 0.01 to 100)"

// row is a switch and not a map, so that nothing can alter it.
func (k latencyKind) row() latencyRow {
	switch k {
	case fixed:
		return latencyRow{name: "fixed", params: 1,
			draw: func(a, _, _ float64, _ int) float64 { return a }}
	case uniform:
		return latencyRow{name: "uniform", params: 2,
			wrong: func(a, b float64) string { return unless(a < b, "min is not below max") },
			draw:  func(a, b, u float64, _ int) float64 { return a + u*(b-a) }}
	case lognormal:
		return latencyRow{name: "lognormal", params: 2,
			wrong: func(a, b float64) string { return unless(0 < a && a < b, "p50 is not above 0 and below p99") },
			draw: func(a, b, u float64, _ int) float64 {
				sigma := math.Log(b/a) / z99
				return a * math.Exp(sigma*math.Sqrt2*math.Erfinv(2*u-1))
			}}
	case pareto:
		return latencyRow{name: "pareto", params: 2, plain: true,
			wrong: func(a, b float64) string {
				return unless(a > 0 && b >= 0.1 && b <= 100, "min is not above 0, or alpha not from 0.1 to 100")
			},
			draw: func(a, b, u float64, _ int) float64 { return a * math.Pow(1-u, -1/b) }}
	case load:
		return latencyRow{name: "load", params: 2,
			wrong: func(_, b float64) string { return unless(b > 0, "no delay for each request") },
			draw:  func(a, b, _ float64, others int) float64 { return a + b*float64(others) }}
	}
	return latencyRow{name: none, draw: func(_, _, _ float64, _ int) float64 { return 0 }}
}

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

// ParseLatency reads the spelling of a Latency: a delay ("10ms"), or a kind
// and its parameters ("uniform:5ms:15ms").
func ParseLatency(text string) (Latency, error) {
	if text == none {
		return Latency{}, nil
	}
	if times, ok := strings.CutPrefix(text, "recorded"); ok {
		return parseRecorded(text, times)
	}
	name, rest, distribution := strings.Cut(text, ":")
	if !distribution {
		name, rest = fixed.row().name, text
	}
	for k := fixed; k <= load; k++ {
		if k.row().name == name && distribution == (k != fixed) {
			return parseKind(k, text, rest)
		}
	}
	return Latency{}, refuse(text, "", latencyAllowed)
}

// The factors of recorded delays.
const (
	minFactor = 0.01
	maxFactor = 100
)

// parseRecorded reads what follows the word: nothing, or *FACTOR.
func parseRecorded(text, times string) (Latency, error) {
	factor := 1.0
	if times != "" {
		number, ok := strings.CutPrefix(times, "*")
		var err error
		if factor, err = parseNumber(number); !ok || err != nil || !(factor >= minFactor && factor <= maxFactor) {
			return Latency{}, refuse(text, "not recorded*FACTOR with a factor from 0.01 to 100", latencyAllowed)
		}
	}
	return Latency{kind: recorded, a: factor}, nil
}

// Recorded reports whether each request takes the time that its exchange took
// when it was recorded, and the factor by which. Draw knows no recording: it
// gives 0.
func (l Latency) Recorded() (factor float64, ok bool) { return l.a, l.kind == recorded }

func parseKind(k latencyKind, text, rest string) (Latency, error) {
	row, parts := k.row(), strings.Split(rest, ":")
	if len(parts) != row.params {
		return Latency{}, refuse(text, "", latencyAllowed)
	}
	l := Latency{kind: k}
	for i, into := range []*float64{&l.a, &l.b}[:row.params] {
		read := parseDelay
		if row.plain && i == 1 {
			read = parseNumber
		}
		v, err := read(parts[i])
		if err != nil {
			return Latency{}, refuse(text, err.Error(), latencyAllowed)
		}
		*into = v
	}
	if row.wrong != nil && row.wrong(l.a, l.b) != "" {
		return Latency{}, refuse(text, row.wrong(l.a, l.b), latencyAllowed)
	}
	if l == (Latency{kind: fixed}) {
		return Latency{}, nil // a delay of 0 is none: one spelling a value
	}
	return l, nil
}

// parseDelay returns nanoseconds. They are below 2^53: a float64 keeps them.
func parseDelay(text string) (float64, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > MaxDelay {
		return 0, fmt.Errorf("%q is not a delay from 0s to 1m", text)
	}
	return float64(d), nil
}

func parseNumber(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return v, nil
}

// String is the one spelling of l.
func (l Latency) String() string {
	switch row := l.kind.row(); {
	case l.kind == immediate:
		return none
	case l.kind == fixed:
		return spellDelay(l.a)
	case l.kind == recorded && l.a == 1:
		return "recorded"
	case l.kind == recorded:
		return "recorded*" + strconv.FormatFloat(l.a, 'f', -1, 64)
	case row.plain:
		return row.name + ":" + spellDelay(l.a) + ":" + strconv.FormatFloat(l.b, 'f', -1, 64)
	default:
		return row.name + ":" + spellDelay(l.a) + ":" + spellDelay(l.b)
	}
}

// spellDelay is ASCII alone: a name with a Greek letter in it is one that
// nobody can type.
func spellDelay(ns float64) string {
	return strings.Replace(time.Duration(ns).String(), "µ", "u", 1)
}

// Draw returns the delay of one request, from 0 to MaxDelay: the quantile u
// (from 0 to below 1) of the distribution. Others is how many other requests
// are in service; it matters to a load alone.
func (l Latency) Draw(u float64, others int) time.Duration {
	ns := l.kind.row().draw(l.a, l.b, u, others)
	return time.Duration(min(max(ns, 0), float64(MaxDelay)))
}
