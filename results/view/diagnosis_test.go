package view_test

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/results"
)

func diagnosisPath(r *results.Run, folder string) string {
	return "/runs/" + r.Info().ID + "/diagnosis/" + url.PathEscape(folder)
}

// TestDiagnosis: the page of a cell's trace is that of diagnose --html, and its lanes are a
// file that no browser shows as a page of this server.
func TestDiagnosis(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	for _, folder := range folders(t, r) {
		title := strings.ReplaceAll(folder, ",", "/") + ", run " + r.Info().ID
		p := get(t, s, diagnosisPath(r, folder))
		p.has(t, title, "Goroutines executing at once", "marked", `href="/runs/`+r.Info().ID+`/profiles/"`)
		if policy := p.header.Get("Content-Security-Policy"); strings.Contains(policy, "script-src 'unsafe-inline'") {
			t.Errorf("%s: policy %q", p.path, policy)
		}
		lanes := get(t, s, "/runs/"+r.Info().ID+"/perfetto/"+url.PathEscape(folder))
		var trace struct {
			Events []struct{ Name, Ph string } `json:"traceEvents"`
		}
		if err := json.Unmarshal([]byte(lanes.body), &trace); err != nil || len(trace.Events) < 10 {
			t.Errorf("%d events, %v", len(trace.Events), err)
		}
		how, with, _ := mime.ParseMediaType(lanes.header.Get("Content-Disposition"))
		if how != "attachment" || with["filename"] != r.Info().ID+"_"+folder+"_perfetto.json" {
			t.Errorf("it is sent as %s %q", how, with)
		}
	}
}

// TestDiagnosisRefuses: a cell, a trace that is not there, one that is none and one that is
// too large each get a sentence that names it.
func TestDiagnosisRefuses(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	at := func(i int) string {
		return filepath.Join(r.Dir(), "profiles", folders(t, r)[i], "trace.out")
	}
	if err := os.Remove(at(0)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at(1), []byte("no trace\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(at(2), 32<<20+1); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"/diagnosis/", "/perfetto/"} {
		for _, c := range []struct {
			cell   string
			status int
			say    string
		}{
			{"no=cell", http.StatusNotFound, "has no cell"},
			{"all", http.StatusNotFound, "only the CPU profile"},
			{folders(t, r)[0], http.StatusNotFound, "has no trace of"},
			{folders(t, r)[1], http.StatusUnprocessableEntity, "trace.out: read trace: not an execution trace"},
			{folders(t, r)[2], http.StatusUnprocessableEntity, "trace.out"},
		} {
			get(t, s, "/runs/"+r.Info().ID+page+url.PathEscape(c.cell)).refused(t, c.status, c.say)
		}
	}
	get(t, s, "/runs/nothing/diagnosis/all").refused(t, http.StatusNotFound, "There is no run")
}
