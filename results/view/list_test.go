package view_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/verdict"
)

// TestNoRuns: if there is no run, or not even the folder, the page says how to make
// one.
func TestNoRuns(t *testing.T) {
	for _, root := range []string{t.TempDir(), filepath.Join(t.TempDir(), "results", "runs")} {
		s := serve(t, root)
		get(t, s, "/").has(t, "make bench", root, "data-live")
		get(t, s, "/compare").has(t, "no run")
		if p := get(t, s, "/runs.json"); strings.TrimSpace(p.body) != "[]" {
			t.Errorf("the list for programs is %q", p.body)
		}
	}
}

func TestList(t *testing.T) {
	root := t.TempDir()
	newRun(t, root, newInfo(t, "before", 0), 3)
	after := newRun(t, root, newInfo(t, "after", 1), 3)
	setInfo(t, after, func(i *results.Info) { i.State, i.Stopped = results.Stopped, "it was interrupted" })
	p := get(t, serve(t, root), "/")
	p.has(t, "20261122-204100-before", "Some CPU @ 2.00GHz, 2 cores", "go1.26.0", "2026-11-22 20:41", "complete", "12 samples",
		"collector: serialised", "request: cpu-saturated", "stopped: it was interrupted", `<form class="choose" method="get" action="/compare">`,
		`href="/runs/20261122-204100-before/"`, `href="/runs/20261122-204100-before/profiles/"`, `<table class="runs">`, "<caption>", `scope="row"`, `scope="col"`)
	if strings.Index(p.body, "204200-after") > strings.Index(p.body, "204100-before") {
		t.Error("the newest run is not the first")
	}
	p.lacks(t, "<progress")
}

// TestNewRunAppears: a new run appears without a restart, and a deleted one goes.
func TestNewRunAppears(t *testing.T) {
	root := t.TempDir()
	s := serve(t, root)
	get(t, s, "/").lacks(t, "20261122")
	r := newRun(t, root, newInfo(t, "new", 0), 1)
	get(t, s, "/").has(t, r.Info().ID)
	get(t, s, "/runs/"+r.Info().ID+"/").has(t, r.Info().ID)
	if err := os.RemoveAll(r.Dir()); err != nil {
		t.Fatal(err)
	}
	get(t, s, "/").lacks(t, r.Info().ID)
	for _, path := range []string{"", "profiles/", "files/run.json", "pprof/all/cpu/", "diff"} {
		get(t, s, "/runs/"+r.Info().ID+"/"+path).refused(t, http.StatusNotFound, "There is no run")
	}
}

// TestProgress: the page of a run in progress shows how far it has come by now.
func TestProgress(t *testing.T) {
	root := t.TempDir()
	s := serve(t, root)
	r := newRun(t, root, newInfo(t, "slow", 0), 0)
	get(t, s, "/").has(t, "running", "0 of 12 samples", `<progress class="progress" max="12" value="0"`, "no round is complete")
	addRound(t, r, 1)
	get(t, s, "/").has(t, "4 of 12 samples, round 1", `value="4"`, "collector: serialised")
	addRound(t, r, 2)
	get(t, s, "/").has(t, "8 of 12 samples, round 2", `value="8"`)
	get(t, s, "/runs/"+r.Info().ID+"/").has(t, "In progress: 8 of 12 samples")
	addRound(t, r, 3)
	setInfo(t, r, func(i *results.Info) { i.State = results.Complete })
	get(t, s, "/").lacks(t, "<progress")
	get(t, s, "/runs/"+r.Info().ID+"/").lacks(t, "In progress")
}

// TestLost: a run that was killed is shown as lost, though its state is running.
func TestLost(t *testing.T) {
	root := t.TempDir()
	r := newRun(t, root, newInfo(t, "killed", 0), 1)
	last := began(-10_000)
	setInfo(t, r, func(i *results.Info) { i.Started = last })
	for _, name := range []string{"run.json", "samples.jsonl"} {
		if err := os.Chtimes(filepath.Join(r.Dir(), name), last, last); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, root)
	get(t, s, "/").has(t, "no sign of life since "+last.Local().Format("2006-01-02 15:04"), "4 of 12 samples")
	get(t, s, "/runs.json").has(t, `"lost": true`)
}

// TestVerdictIsRead: the verdict in report/ is used unless it is older than the
// ledger.
func TestVerdictIsRead(t *testing.T) {
	root := t.TempDir()
	r := newRun(t, root, newInfo(t, "read", 0), 3)
	text, err := json.Marshal([]verdict.Verdict{{Subject: r.Info().Cells[0], Causes: []verdict.Cause{verdict.HiddenCap, verdict.GCBound}}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, r, "report/verdict.json", string(text))
	s := serve(t, root)
	get(t, s, "/").has(t, "collector: hidden-cap, then gc-bound")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(r.Dir(), "report", "verdict.json"), old, old); err != nil {
		t.Fatal(err)
	}
	get(t, s, "/").has(t, "collector: serialised")
	write(t, r, "report/verdict.json", "{torn")
	get(t, s, "/").has(t, "collector: serialised")
}

// TestVerdictsOfTwoCodecs: each codec has its own verdicts, which say of which one they are.
func TestVerdictsOfTwoCodecs(t *testing.T) {
	root := t.TempDir()
	info := newInfo(t, "codecs", 0)
	for _, name := range info.Cells[:len(info.Cells):len(info.Cells)] {
		info.Cells = append(info.Cells, strings.Replace(name, "codec=json", "codec=sonic", 1))
	}
	newRun(t, root, info, 3)
	get(t, serve(t, root), "/").has(t, "collector, codec=json: serialised", "request, codec=json: cpu-saturated", "collector, codec=sonic: serialised", "request, codec=sonic: cpu-saturated")
}

// TestWhy: for a run of why the list has the first line of its sentence.
func TestWhy(t *testing.T) {
	root := t.TempDir()
	info := newInfo(t, "why", 0)
	info.Cells = info.Cells[:1]
	info.Why = resultstest.Record(t, evidence.Why{Cell: info.Cells[0]})
	r := newRun(t, root, info, 0)
	s := serve(t, root)
	get(t, s, "/").has(t, info.Cells[0]+": ")
	write(t, r, "report/verdict.json", `{"causes":["serialised"],"sentence":"serialised: one goroutine.\nAnd more."}`)
	p := get(t, s, "/")
	p.has(t, info.Cells[0]+": serialised: one goroutine.")
	p.lacks(t, "And more.")
}

// TestComparedClients: the list has the clients of each cause.
func TestComparedClients(t *testing.T) {
	root := t.TempDir()
	info := newInfo(t, "peers", 0)
	info.Peers = resultstest.Record(t, evidence.Peers{})
	r := newRun(t, root, info, 0)
	serial := []verdict.Cause{verdict.Serialised}
	text, err := json.Marshal([]verdict.Verdict{
		{Subject: "codec=json/placement=inline/window=32/size=1MiB-2", Causes: serial},
		{Subject: "client=rust/codec=json/placement=spawn/window=32/size=1MiB-2", Causes: []verdict.Cause{verdict.CPUSaturated}},
		{Subject: "client=python/codec=orjson/placement=asyncio-wait/window=32/size=1MiB-2", Causes: serial},
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, r, "report/verdict.json", string(text))
	get(t, serve(t, root), "/").has(t, "serialised: go inline; python asyncio-wait (orjson)", "cpu-saturated: rust spawn")
}

// TestBrokenRuns: broken runs are listed with the reason, and the others are shown.
func TestBrokenRuns(t *testing.T) {
	root := t.TempDir()
	good := newRun(t, root, newInfo(t, "good", 0), 3)
	torn := newRun(t, root, newInfo(t, "torn", 1), 1)
	write(t, torn, "run.json", "{")
	damaged := newRun(t, root, newInfo(t, "damaged", 2), 1)
	write(t, damaged, "samples.jsonl", "not a record\n{}\n")
	strange := newRun(t, root, newInfo(t, "strange", 3), 0)
	write(t, strange, "run.json", `{"format":2,"id":"x","cells":["no cell"]}`)
	endless := newRun(t, root, newInfo(t, "endless", 4), 0)
	write(t, endless, "run.json", `{"format":2,"id":"x","rounds":9000000000000000000}`)
	bare := newRun(t, root, newInfo(t, "bare", 5), 0)
	if err := os.Remove(filepath.Join(bare.Dir(), "samples.jsonl")); err != nil {
		t.Fatal(err)
	}
	s := serve(t, root)
	p := get(t, s, "/")
	p.has(t, "collector: serialised", "unexpected end of JSON input", "samples.jsonl:1: not a record", `cell "no cell"`,
		"9000000000000000000 rounds", "samples.jsonl: no such file")
	if n := strings.Count(p.body, `<tr class="broken">`); n != 5 {
		t.Errorf("%d broken runs are listed, want 5", n)
	}
	get(t, s, "/runs/"+good.Info().ID+"/").has(t, good.Info().ID)
	for _, r := range []*results.Run{torn, damaged, strange, endless, bare} {
		get(t, s, "/runs/"+r.Info().ID+"/").refused(t, http.StatusInternalServerError, "")
		get(t, s, "/runs/"+r.Info().ID+"/files/run.json").has(t, "")
	}
}

func TestListForPrograms(t *testing.T) {
	root := t.TempDir()
	newRun(t, root, newInfo(t, "before", 0), 3)
	newRun(t, root, newInfo(t, "after", 1), 1)
	p := get(t, serve(t, root), "/runs.json")
	var list []struct {
		ID, Label, State string
		Progress         results.Progress
		Started          time.Time
		Causes           []struct {
			Cell   string
			Causes []verdict.Cause
		}
	}
	if err := json.Unmarshal([]byte(p.body), &list); err != nil || len(list) != 2 || p.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v: %s", err, p.body)
	}
	after, before := list[0], list[1]
	if after.ID != "20261122-204200-after" || after.State != "running" || after.Progress.Samples != 4 || after.Progress.Planned != 12 {
		t.Errorf("the newest is %+v", after)
	}
	if before.Label != "before" || before.State != "complete" || !before.Started.Equal(began(0)) ||
		len(before.Causes) != 2 || before.Causes[0].Causes[0] != verdict.Serialised {
		t.Errorf("the older is %+v", before)
	}
}
