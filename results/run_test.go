package results_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

func TestCreateAndOpen(t *testing.T) {
	root := filepath.Join(t.TempDir(), "results", "runs") // made where it is missing
	info := resultstest.Info(resultstest.Collector32, resultstest.Request32)
	info.Budget, info.Precision = 3*time.Minute, .1
	info.Matrix = map[string]string{"window": "32"}
	info.Bodies = []results.BodyFile{{Path: "/a.json", Bytes: 3, SHA256: "abc"}}
	info.Scalings = bench.Scalings{{Procs: 2, Codec: "json", Payload: "captured", EffectiveCores: 1.9, Low: 1.8, High: 2, Pairs: 2, Each: []float64{1.8, 2}}}
	r, err := results.Create(root, info)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, "20261122-204100-test"); r.Dir() != want || r.Info().ID != filepath.Base(want) {
		t.Errorf("run %s in %s, want %s", r.Info().ID, r.Dir(), want)
	}
	ratio, err := stats.NewRatio([]float64{1}, []float64{2})
	if err != nil {
		t.Fatal(err)
	}
	info = r.Info()
	info.State, info.Stopped, info.Ended = results.Complete, "all rounds are done", resultstest.Began().Add(time.Hour)
	info.NoiseFloor = resultstest.Record(t, &stats.Floor{Cell: resultstest.Collector32, Ratio: ratio, Floor: .07})
	if err := r.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	again, err := results.Open(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Info(); !reflect.DeepEqual(got, info) {
		t.Errorf("read back\n%+v, want\n%+v", got, info)
	}
	if samples, err := again.Samples(); err != nil || len(samples) != 0 {
		t.Errorf("a new run has %d samples, %v", len(samples), err)
	}
	resultstest.NoLeftovers(t, root)
	resultstest.NoLeftovers(t, r.Dir())
}

func TestCreateTakesAFreeName(t *testing.T) {
	root := t.TempDir()
	for _, want := range []string{"20261122-204100-test", "20261122-204100-test-2", "20261122-204100-test-3"} {
		r, err := results.Create(root, resultstest.Info(resultstest.Request32))
		if err != nil || r.Info().ID != want || filepath.Base(r.Dir()) != want {
			t.Fatalf("%+v, %v; want %s", r, err, want)
		}
		if on, err := results.Open(r.Dir()); err != nil || on.Info().ID != want {
			t.Errorf("run.json says %q, %v", on.Info().ID, err)
		}
	}
	resultstest.NoLeftovers(t, root)
}

func TestCreateRefuses(t *testing.T) {
	for _, label := range []string{
		"../escape", "a/b", `a\b`, "a b", "a\nb", "ü", "a=b", "\x00", "*", "latest", ".", "..", "-rf", strings.Repeat("x", 61), strings.Repeat("\n", 1000),
	} {
		info := resultstest.Info(resultstest.Request32)
		info.Label = label
		root := filepath.Join(t.TempDir(), "runs")
		_, err := results.Create(root, info)
		if err == nil || strings.ContainsAny(err.Error(), "\n\x00") || len(err.Error()) > 200 {
			t.Errorf("label %q: %v, want one short line", label, err)
		}
		if _, err := os.Stat(root); err == nil {
			t.Errorf("label %q: %s was made", label, root)
		}
	}
	for _, label := range []string{"", "A.b_c-9", "7", strings.Repeat("x", 60)} {
		if err := results.CheckLabel(label); err != nil {
			t.Errorf("label %q: %v", label, err)
		}
	}
	if _, err := results.Create(t.TempDir(), resultstest.Info("window=3")); err == nil {
		t.Error("a cell that is none was taken")
	}
}

func TestSetInfoRefuses(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), nil)
	other := r.Info()
	other.ID = "../x"
	if err := r.SetInfo(other); err == nil {
		t.Error("the id was changed")
	}
	other = r.Info()
	other.Cells = []string{"window=3"}
	if err := r.SetInfo(other); err == nil {
		t.Error("a cell that is none was taken")
	}
}

func TestOpenWhatIsNoRun(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, file, filepath.Join(dir, "nothing"), filepath.Join(file, "below")} {
		_, err := results.Open(path)
		if ref := (*results.RefError)(nil); !errors.As(err, &ref) || !strings.Contains(err.Error(), "no run.json") {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, text := range []string{"", "{", `{"format": 2, "cells": ["window=3"]}`, `{"format": 2, "cells": [], "budget": "soon"}`} {
		if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := results.Open(dir); err == nil || !strings.Contains(err.Error(), "run.json") {
			t.Errorf("run.json of %q: %v", text, err)
		}
	}
}

// TestOlderScaling: a run of before has one reading of the cores' scaling, which is a
// list of one here, and is written as one.
func TestOlderScaling(t *testing.T) {
	var info results.Info
	old := `{"format": 2, "core_scaling": {"procs": 2, "codec": "sonic", "alone": 1, "together": 2, "effective_cores": 1.9, "pairs": 3}}`
	if err := json.Unmarshal([]byte(old), &info); err != nil {
		t.Fatal(err)
	}
	want := bench.Scalings{{Procs: 2, Codec: "sonic", Alone: 1, Together: 2, EffectiveCores: 1.9, Pairs: 3}}
	if !reflect.DeepEqual(info.Scalings, want) {
		t.Errorf("read %+v; want %+v", info.Scalings, want)
	}
	text, err := json.Marshal(info)
	if err != nil || strings.Contains(string(text), `"core_scaling"`) || !strings.Contains(string(text), `"core_scalings":[{"procs":2`) {
		t.Errorf("written as %s, %v", text, err)
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	if _, err := results.Find(filepath.Join(root, "none"), "latest"); err == nil {
		t.Error("found a run where there is no folder")
	}
	made := map[string]*results.Run{}
	for i, label := range []string{"main", "pool", "pool", "mainly", ""} {
		info := resultstest.Info(resultstest.Request32)
		info.Label, info.Started = label, resultstest.Began().Add(time.Duration(i)*time.Hour)
		r, err := results.Create(root, info)
		if err != nil {
			t.Fatal(err)
		}
		made[r.Info().ID] = r
	}
	for _, ref := range []string{"latest", "", "nothing", "pool", "2026", "ma", "/nowhere", "a\nb", "."} {
		r, err := results.Find(root, ref)
		bad := (*results.RefError)(nil)
		if !errors.As(err, &bad) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, %v; want a reference error of one line", ref, r, err)
		}
	}
	if _, err := results.Find(root, "pool"); !strings.Contains(err.Error(), "20261122-214100-pool") || !strings.Contains(err.Error(), "20261122-224100-pool") {
		t.Errorf("several: %v; want them listed", err)
	}
	if _, err := results.Find(root, "nothing"); !strings.Contains(err.Error(), "20261123-004100") {
		t.Errorf("none: %v; want the newest listed", err)
	}
	for ref, want := range map[string]string{
		"20261122-204100-main": "20261122-204100-main",
		"main":                 "20261122-204100-main",
		"mainl":                "20261122-234100-mainly",
		"20261122-23":          "20261122-234100-mainly",
		"20261123-004100":      "20261123-004100",
		filepath.Join(root, "20261122-224100-pool"): "20261122-224100-pool",
	} {
		r, err := results.Find(root, ref)
		if err != nil || r.Info().ID != want {
			t.Errorf("%q: %v, %v; want %s", ref, r, err, want)
		}
	}
	for _, id := range []string{"20261122-224100-pool", "20261122-204100-main"} { // the link can move back
		if err := made[id].Link(); err != nil {
			t.Fatal(err)
		}
		r, err := results.Find(root, "latest")
		if err != nil || r.Info().ID != id || filepath.Base(r.Dir()) != id {
			t.Errorf("latest: %v, %v; want %s by its own name", r, err, id)
		}
	}
	if to, err := os.Readlink(filepath.Join(root, "latest")); err != nil || to != "20261122-204100-main" {
		t.Errorf("latest is a link to %q, %v; want it relative, so that the folder can move", to, err)
	}
	resultstest.NoLeftovers(t, root)
}

func TestProfileDir(t *testing.T) {
	r := resultstest.Run(t, resultstest.Info(resultstest.Request32), nil)
	c, err := bench.ParseCell(resultstest.Request32)
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(r.Dir(), "profiles", "codec=json,placement=request,window=32,size=1MiB-2")
	if got := r.ProfileDir(c); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestThisMachine(t *testing.T) {
	if m := results.ThisMachine(); m.OS == "" || m.Arch == "" || m.Cores < 1 || m.Memory < 0 {
		t.Errorf("%+v", m)
	}
}

// TestOpenRefusesAnotherFormat: a folder of an earlier version, whose cells have other
// names, is refused with one line that says what to do.
func TestOpenRefusesAnotherFormat(t *testing.T) {
	dir := t.TempDir()
	text := `{"id": "old", "cells": ["codec=json/placement=collector/window=32/size=1MiB/twin=b-2"]}`
	if err := os.WriteFile(filepath.Join(dir, "run.json"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := results.Open(dir)
	if refused := (*results.RefError)(nil); !errors.As(err, &refused) {
		t.Fatalf("got %v, want a RefError", err)
	}
	for _, part := range []string{dir, "format 0", "format 2", "run it again"} {
		if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q is not one line with %q", err, part)
		}
	}
}

// TestNullIsNoStudy: a null in run.json is what is not there.
func TestNullIsNoStudy(t *testing.T) {
	var info results.Info
	if err := json.Unmarshal([]byte(`{"why": null, "peers": null, "noise_floor": null}`), &info); err != nil {
		t.Fatal(err)
	}
	if info.Proves() || info.ComparesClients() || info.NoiseFloor != nil {
		t.Errorf("a study was read from null: %s %s %s", info.Why, info.Peers, info.NoiseFloor)
	}
}
