package verdict_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"collatebench/results/verdict"
)

// TestCatalogue checks the form of each intervention.
func TestCatalogue(t *testing.T) {
	asides := false
	for _, i := range verdict.Interventions() {
		if asides && !i.Aside {
			t.Errorf("%q, which proves %s, comes after an aside: it would be left out where that makes the same cell", i.Name, i.Cause)
		}
		asides = i.Aside
		if set := fieldsSet(i.Edit); set != 1 {
			t.Errorf("%q makes %d edits, want 1", i.Name, set)
		}
		if i.Aside != (len(i.Beside) > 0) || i.Aside && i.Flat || !i.Aside && i.Cause == "" {
			t.Errorf("%q: aside %v, beside %v, flat %v, cause %q", i.Name, i.Aside, i.Beside, i.Flat, i.Cause)
		}
		if i.Name == "" || i.Change != "" || i.Cell != "" || i.Predicted != 0 || i.Measured != (verdict.Gain{}) {
			t.Errorf("%q knows of a run: %+v", i.Name, i)
		}
	}
}

func fieldsSet(e verdict.Edit) int {
	n := 0
	for i := range reflect.TypeFor[verdict.Edit]().NumField() {
		if !reflect.ValueOf(e).Field(i).IsZero() {
			n++
		}
	}
	return n
}

// named returns an intervention of the catalogue.
func named(t *testing.T, name string, cause verdict.Cause) verdict.Intervention {
	t.Helper()
	all := verdict.Interventions()
	i := slices.IndexFunc(all, func(i verdict.Intervention) bool { return i.Name == name && i.Cause == cause })
	if i < 0 {
		t.Fatalf("no %q for %q", name, cause)
	}
	return all[i]
}

func TestWanted(t *testing.T) {
	suspects := causes(verdict.Serialised, verdict.UpstreamQueueing, verdict.CPUSaturated)
	for _, x := range []struct {
		name     string
		cause    verdict.Cause
		observed []verdict.Cause
		want     bool
	}{
		{"decoding in parallel", verdict.Serialised, nil, true},
		{"doubling the window", verdict.WindowTooSmall, nil, false},
		{"halving the window", verdict.UpstreamQueueing, nil, false},
		{"halving the window", verdict.UpstreamQueueing, causes(verdict.UpstreamQueueing), true},
		{"leaving decoding out", verdict.CPUSaturated, nil, false},
		{"leaving decoding out", verdict.CPUSaturated, causes(verdict.CPUSaturated), true},
		{"decoding in parallel in another way", verdict.Serialised, causes(verdict.Serialised), false},
		{"decoding in parallel in another way", verdict.Serialised, causes(verdict.CPUSaturated), true},
		{"bytes from memory", "", causes(verdict.CPUSaturated), false},
		{"bytes from memory", "", causes(verdict.GCBound), true},
	} {
		if got := named(t, x.name, x.cause).Wanted(x.observed, suspects); got != x.want {
			t.Errorf("%s for %q, observed %v: %v", x.name, x.cause, x.observed, got)
		}
	}
}

// TestPredictFrom: an intervention that lifts a limit predicts what the other limits
// leave; one that changes nothing, or is on a healthy client, predicts nothing.
func TestPredictFrom(t *testing.T) {
	serial := change(collector)
	garbage := change(func(c *verdict.Probes) { c.GCShare = .5 })
	for _, x := range []struct {
		name  string
		cause verdict.Cause
		c     verdict.Probes
		want  float64
	}{
		{"decoding in parallel", verdict.Serialised, serial, serial.Predict(1, "placement", "workers")},
		{"lifting the cap on decodes", verdict.HiddenCap, serial, serial.Predict(1, "workers")},
		{"doubling the window", verdict.WindowTooSmall, serial, serial.Predict(2)},
		{"quadrupling the window", "", serial, serial.Predict(4)},
		{"raising GOGC eightfold", verdict.GCBound, garbage, verdict.Observe(garbage).PredictedGain},
		{"halving the window", verdict.UpstreamQueueing, serial, 0},
		{"leaving decoding out", verdict.CPUSaturated, serial, 0},
		{"decoding in parallel in another way", verdict.Serialised, serial, 0},
		{"bytes from memory", "", serial, 0},
	} {
		if got := named(t, x.name, x.cause).PredictFrom(x.c); got != x.want {
			t.Errorf("%s for %q: got %v, want %v", x.name, x.cause, got, x.want)
		}
	}
}

// TestRecipeIsInNoFile: a plan that is written and read again is the same, without
// the recipe.
func TestRecipeIsInNoFile(t *testing.T) {
	planned := named(t, "lifting the upstream's queue", verdict.UpstreamQueueing)
	planned.Change, planned.Before, planned.Cell, planned.Predicted = "queue=none", "a", "b", 1.5
	text, err := json.Marshal(planned)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"name":"lifting the upstream's queue","change":"queue=none","cause":"upstream-queueing","before":"a","cell":"b","predicted":1.5}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	var read verdict.Intervention
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	planned.Recipe = verdict.Recipe{}
	if !reflect.DeepEqual(read, planned) {
		t.Errorf("read again: %+v", read)
	}
}
