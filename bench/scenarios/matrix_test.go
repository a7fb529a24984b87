package scenarios_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
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
	if o.Failure = "no such file"; o.Grade() != scenarios.Failed {
		t.Errorf("an error of the tool: %s", o.Grade())
	}
	o.Failure, o.Verdict.Causes = "no such file", nil
	if o.Grade() != scenarios.Failed {
		t.Errorf("an error of the tool is no missing verdict: %s", o.Grade())
	}
	o.Failure, o.Verdict.Causes = "", list(verdict.Serialised)
	o.Scenario.Function = `^main\.decode$`
	for function, want := range map[string]scenarios.Grade{"main.decode": scenarios.Right, "main.fetch": scenarios.Wrong, "": scenarios.Wrong} {
		if o.Function = function; o.Grade() != want {
			t.Errorf("the function %q found: %s", function, o.Grade())
		}
	}
}

// whole is a matrix with each grade, a second answer and promises of each kind.
func whole() scenarios.Matrix {
	serial := outcome("placement=collector", list(verdict.Serialised), verdict.Serialised)
	serial.Verdict.Interventions = []verdict.Intervention{
		{Change: "placement=pool", Cause: verdict.Serialised, Predicted: 1.8, Measured: verdict.Gain{Mean: 1.7, Low: 1.6, High: 1.8, Pairs: 4}},
		{Change: "window=64", Cause: verdict.WindowTooSmall, Predicted: 1.8, Measured: verdict.Gain{Mean: 1, Low: .9, High: 1.1, Pairs: 4}},
		{Change: "from=memory", Measured: verdict.Gain{Mean: 1, Low: .9, High: 1.1, Pairs: 4}}, // promises nothing
		{Change: "gogc=800", Cause: verdict.GCBound, Predicted: 1.1},                           // was not measured
	}
	two := outcome("placement=collector/queue=4", list(verdict.Serialised, verdict.UpstreamQueueing), verdict.Serialised, verdict.UpstreamQueueing)
	two.Verdict.Interventions = []verdict.Intervention{
		{Change: "placement=pool", Cause: verdict.Serialised, Predicted: 2, Measured: verdict.Gain{Mean: 2, Low: 1.9, High: 2.1, Pairs: 4}},
		{Change: "queue=none", Cause: verdict.UpstreamQueueing, OnTopOf: "placement=pool", Predicted: 3, Measured: verdict.Gain{Mean: 2.5, Pairs: 1}},
	}
	two.Verdict.PredictedGain, two.Verdict.MeasuredGain = 6, &verdict.Gain{Mean: 5, Low: 4, High: 6, Pairs: 4}
	open := outcome("placement=inline", list(verdict.Serialised))
	open.Verdict.Interventions = []verdict.Intervention{
		{Change: "placement=pool", Cause: verdict.Serialised, Predicted: 1.5, Measured: verdict.Gain{Mean: 1.02, Low: 1, High: 1.04, Pairs: 4}},
	}
	again := outcome("placement=inline", list(verdict.Serialised), verdict.Serialised)
	again.Seed, again.Again = 1_000_001, true
	drawn := outcome("placement=pool", list(verdict.CPUSaturated), verdict.CPUSaturated)
	drawn.VariantOf = "placement=gated"
	program := outcome("mutex", list(verdict.Serialised), verdict.Serialised)
	program.Command, program.Verdict.PredictedGain = scenarios.Diagnose, 1.9
	return scenarios.Matrix{serial, two, open, again, drawn, program}
}

// failing has what must never pass: an error, a wrong cause, a cause never named.
func failing() scenarios.Matrix {
	broken := outcome("placement=gated/workers=2", list(verdict.HiddenCap))
	broken.Failure = "build it: no space left\nand more"
	return append(whole(), broken, outcome("placement=request", list(verdict.CPUSaturated), verdict.Serialised))
}

func TestFault(t *testing.T) {
	if fault := whole().Fault(); fault != "" {
		t.Errorf("one without a verdict is allowed: %s", fault)
	}
	want := "1 of 8 questions ended in an error; 1 of 8 verdicts are wrong; accused, though healthy: 1; never named: why hidden-cap"
	if fault := failing().Fault(); fault != want {
		t.Errorf("%q,\nwant %q", fault, want)
	}
}

// TestFaultOfOneCause: what a small run allows as a whole may not swallow a cause.
func TestFaultOfOneCause(t *testing.T) {
	named, open := outcome("a", list(verdict.Serialised), verdict.Serialised), outcome("b", list(verdict.HiddenCap))
	program := outcome("c", list(verdict.HiddenCap), verdict.HiddenCap)
	program.Command = scenarios.Diagnose
	chain := outcome("d", list(verdict.Serialised, verdict.NetworkBound), verdict.Serialised)
	again := outcome("b", list(verdict.HiddenCap), verdict.HiddenCap)
	again.Again = true
	stillOpen := again
	stillOpen.Verdict.Causes = nil
	for _, x := range []struct {
		name string
		m    scenarios.Matrix
		want string
	}{
		{"never named", scenarios.Matrix{named, open}, "never named: why hidden-cap"},
		{"named by the other command", scenarios.Matrix{named, open, program}, "never named: why hidden-cap"},
		{"named at another cell", scenarios.Matrix{named, open, outcome("e", list(verdict.HiddenCap), verdict.HiddenCap)}, ""},
		{"named when asked again", scenarios.Matrix{named, open, again}, ""},
		{"not even then", scenarios.Matrix{named, open, stillOpen}, "never named: why hidden-cap"},
		{"a chain in part", scenarios.Matrix{named, chain}, "never named: why serialised + network-bound"},
		{"two open", scenarios.Matrix{named, outcome("f", list(verdict.Serialised)), outcome("g", list(verdict.Serialised))}, "2 of 3 scenarios have no whole verdict; 1 in 20 may"},
		{"two open, named when asked again", scenarios.Matrix{named, open, again, open, again}, "2 of 3 scenarios have no whole verdict; 1 in 20 may"},
	} {
		if got := x.m.Fault(); got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
	many := scenarios.Matrix{open, open}
	for range 38 {
		many = append(many, outcome("e", list(verdict.HiddenCap), verdict.HiddenCap))
	}
	if fault := many.Fault(); fault != "" {
		t.Errorf("2 of 40: %s", fault)
	}
	if fault := append(many, open).Fault(); fault == "" {
		t.Error("3 of 41 may have no verdict")
	}
}

func TestMatrixWrite(t *testing.T) {
	for name, m := range map[string]scenarios.Matrix{"matrix": whole(), "failing": failing()} {
		var text bytes.Buffer
		m.Write(&text)
		golden(t, name+".golden", text.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("differs from %s (%v):\n%s", path, err, got)
	}
}

// TestReport: a program that reads the JSON finds all that people are shown.
func TestReport(t *testing.T) {
	text, err := json.Marshal(failing().Report())
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Fault      string           `json:"fault"`
		First      map[string]int   `json:"first_answers"`
		Second     map[string]int   `json:"second_answers"`
		Unnamed    []string         `json:"never_named"`
		Errors     []map[string]any `json:"prediction_errors"`
		Unmeasured map[string]int   `json:"predictions_without_measurement"`
		Promises   []map[string]any `json:"promises"`
		Verdicts   []map[string]any `json:"verdicts"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Fault != failing().Fault() || got.First["error"] != 1 || got.First["no verdict"] != 1 || got.Second["right"] != 1 ||
		!slices.Equal(got.Unnamed, []string{"why hidden-cap"}) || got.Unmeasured["diagnose"] != 1 {
		t.Errorf("%+v", got)
	}
	if len(got.Promises) != 6 || got.Errors[0]["of"] != "all" || got.Errors[0]["promises"] != 6.0 {
		t.Errorf("%v\n%v", got.Promises, got.Errors)
	}
	last := got.Verdicts[6]
	if last["grade"] != "error" || last["error"] == "" || last["scenario"] != "placement=gated/workers=2" || got.Verdicts[3]["again"] != true {
		t.Errorf("%v", last)
	}
}
