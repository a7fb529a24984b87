package scenarios_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"collatebench/bench/scenarios"
	"collatebench/results/verdict"
)

var update = flag.Bool("update", false, "write the golden file again")

func outcome(title string, truth []verdict.Cause, named ...verdict.Cause) scenarios.Outcome {
	s := scenarios.Scenario{Command: scenarios.Why, Cell: title, Causes: truth, Healthy: truth[0] == verdict.CPUSaturated}
	v := verdict.Verdict{Causes: named, Sentence: "what was said\nand a second line"}
	return scenarios.Outcome{Scenario: s, Command: s.Command, Title: title, Seed: 1, Truth: truth, Verdict: v}
}

func list(causes ...verdict.Cause) []verdict.Cause { return causes }

func TestGrade(t *testing.T) {
	two := list(verdict.Serialised, verdict.UpstreamQueueing)
	for _, x := range []struct {
		name    string
		o       scenarios.Outcome
		want    scenarios.Grade
		accused bool
	}{
		{"right", outcome("a", two, two...), scenarios.Right, false},
		{"the first of two", outcome("a", two, verdict.Serialised), scenarios.Partial, false},
		{"the second of two alone", outcome("a", two, verdict.UpstreamQueueing), scenarios.Wrong, false},
		{"the wrong order", outcome("a", two, verdict.UpstreamQueueing, verdict.Serialised), scenarios.Wrong, false},
		{"one too many", outcome("a", list(verdict.Serialised), two...), scenarios.Wrong, false},
		{"none", outcome("a", two), scenarios.None, false},
		{"another", outcome("a", list(verdict.GCBound), verdict.CPUSaturated), scenarios.Wrong, false},
		{"the healthy cleared", outcome("a", list(verdict.CPUSaturated), verdict.CPUSaturated), scenarios.Right, false},
		{"the healthy accused", outcome("a", list(verdict.CPUSaturated), verdict.GCBound), scenarios.Wrong, true},
		{"the healthy without a verdict", outcome("a", list(verdict.CPUSaturated)), scenarios.None, false},
	} {
		if got := x.o.Grade(); got != x.want || x.o.Accused() != x.accused {
			t.Errorf("%s: %s, accused: %v", x.name, got, x.o.Accused())
		}
	}
	o := outcome("a", list(verdict.Serialised), verdict.Serialised)
	o.Scenario.Function = `^main\.decode$`
	for function, want := range map[string]scenarios.Grade{"main.decode": scenarios.Right, "main.fetch": scenarios.Wrong, "": scenarios.Wrong} {
		if o.Function = function; o.Grade() != want {
			t.Errorf("the function %q found: %s", function, o.Grade())
		}
	}
}

func TestPredictionHolds(t *testing.T) {
	for _, x := range []struct {
		predicted, mean, low, high float64
		want                       bool
	}{
		{1.8, 1.6, 1.5, 1.7, true},  // within 15%
		{2, 1.6, 1.5, 1.7, false},   // beyond both
		{2, 1.6, 1.1, 2.1, true},    // inside the interval
		{1.3, 1.6, 1.5, 1.7, false}, // too low
		{2, 1.6, 0, 0, false},       // no interval, and too far
	} {
		p := scenarios.Prediction{Predicted: x.predicted, Measured: verdict.Gain{Mean: x.mean, Low: x.low, High: x.high, Pairs: 4}}
		if p.Holds() != x.want {
			t.Errorf("%+v", x)
		}
	}
}

func TestMatrixWrite(t *testing.T) {
	serial := outcome("placement=collector", list(verdict.Serialised), verdict.Serialised)
	serial.Verdict.Interventions = []verdict.Intervention{
		{Change: "placement=pool", Cause: verdict.Serialised, Predicted: 1.8, Measured: verdict.Gain{Mean: 1.7, Low: 1.6, High: 1.8, Pairs: 4}},
		{Change: "window=64", Cause: verdict.Serialised, Predicted: 1.8, Measured: verdict.Gain{Mean: 1, Low: .9, High: 1.1, Pairs: 4}},
		{Change: "from=memory", Measured: verdict.Gain{Mean: 1, Low: .9, High: 1.1, Pairs: 4}},
	}
	m := scenarios.Matrix{
		serial,
		outcome("placement=inline", list(verdict.Serialised)),
		outcome("placement=pool", list(verdict.CPUSaturated), verdict.CPUSaturated),
	}
	if fault := m.Fault(); fault != "" {
		t.Errorf("one without a verdict is allowed: %s", fault)
	}
	if two := append(m[:2:2], m[1]); !strings.Contains(two.Fault(), "2 of 3 scenarios have no whole verdict") {
		t.Errorf("two without a verdict: %q", two.Fault())
	}
	var text bytes.Buffer
	m.Write(&text)
	const golden = "testdata/matrix.golden"
	if *update {
		if err := os.WriteFile(golden, text.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || text.String() != string(want) {
		t.Errorf("differs from %s (%v):\n%s", golden, err, &text)
	}
	m = append(m, outcome("placement=request", list(verdict.CPUSaturated), verdict.Serialised))
	text.Reset()
	if m.Write(&text); m.Fault() != "1 of 4 verdicts are wrong" || !strings.Contains(text.String(), "1 wrong; 1 of the healthy accused") {
		t.Errorf("%q\n%s", m.Fault(), &text)
	}
}
