package view_test

import (
	"encoding/json"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// TestHostilePaths: no such path leads to a file, and pages show them only as text.
func TestHostilePaths(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	r := profiledRun(t, root, "first", 0)
	if err := os.WriteFile(filepath.Join(filepath.Dir(root), "secret"), []byte("of nobody's concern"), 0o666); err != nil {
		t.Fatal(err)
	}
	s := serve(t, root)
	id, cell := r.Info().ID, folderName(t)
	const script = "%3Cscript%3Ealert(1)%3C%2Fscript%3E"
	for _, path := range []string{
		"/runs/../secret", "/runs/..", "/runs/.", "/../secret", "/..", "/./", "//", "//evil.example/", "//evil.example/%2f..", "/runs//",
		"/runs/%2e%2e/secret", "/runs/%2e%2e%2fsecret", "/runs/..%2fsecret/", "/runs/%252e%252e/", "/runs/..%5csecret/", "/runs/%5c..%5c/",
		"/%2e%2e/secret", "/runs/" + id + "%2f", "/runs/" + id + "/%2e%2e/", "/runs/" + id + "%00/", "/runs/%00/", "/runs/%0a/", "/runs/latest/",
		"/runs/" + id[:10] + "/", "/runs/" + strings.ToLower(id) + "./", "/runs/" + strings.Repeat("x", 5000) + "/", "/runs/" + script + "/",
		"/runs/" + id + "/files/", "/runs/" + id + "/files/../../secret", "/runs/" + id + "/files/%2e%2e/%2e%2e/secret", "/runs/" + id + "/files/..%2f..%2fsecret",
		"/runs/" + id + "/files/..%5c..%5csecret", "/runs/" + id + "/files//etc/passwd", "/runs/" + id + "/files/%2fetc%2fpasswd", "/runs/" + id + "/files/run.json/",
		"/runs/" + id + "/files/run.json%00", "/runs/" + id + "/files/RUN.JSON/.", "/runs/" + id + "/files/profiles", "/runs/" + id + "/files/report",
		"/runs/" + id + "/files/profiles/" + cell, "/runs/" + id + "/files/profiles/" + cell + "/../cpu.pb.gz", "/runs/" + id + "/files/" + script,
		"/runs/" + id + "/pprof/..%2f..%2fsecret/cpu/", "/runs/" + id + "/pprof/%2e%2e/cpu/", "/runs/" + id + "/pprof/codec=json%2fplacement=pool/cpu/",
		"/runs/" + id + "/pprof/" + cell + "/..%2fcpu/", "/runs/" + id + "/pprof/" + cell + "/cpu.pb.gz/", "/runs/" + id + "/pprof/" + cell + "/CPU/",
		"/runs/" + id + "/pprof/" + cell + "/cpu/%2e%2e/", "/runs/" + id + "/pprof/" + script + "/cpu/", "/runs/" + id + "/pprof/" + cell + "/" + script + "/",
		"/runs/" + id + "/pprof/" + cell + "/cpu/base/..%2f/" + cell + "/", "/runs/" + id + "/pprof/" + cell + "/cpu/base/" + id + "/..%2f/",
		"/runs/" + id + "/pprof/" + cell + "/cpu/base/" + script + "/" + cell + "/", "/runs/" + id + "/pprof/" + strings.Repeat("y", 5000) + "/cpu/",
		"/runs/" + id + "/diff", "/runs/" + id + "/diff?cell=../x&kind=cpu&base=" + id + "&basecell=" + cell, "/runs/" + id + "/diff?cell=" + cell + "&kind=cpu&base=../..&basecell=" + cell,
		"/runs/" + id + "/diff?cell=" + cell + "&kind=" + script + "&base=" + id + "&basecell=" + cell,
		"/compare?old=../x&new=" + id, "/compare?old=" + id + "&new=" + script, "/compare?old=%00&new=%00", "/compare/", "/runs.json/", "/runs", "/runs/",
		"/runs/" + id + "/profiles/?base=" + script, "/runs/" + id + "/profiles/?base=..", "/index.html", "/debug/pprof/",
	} {
		p := get(t, s, path)
		p.refused(t, http.StatusNotFound, "")
		p.lacks(t, "nobody", "<script>alert")
	}
	// pprof's own answer for a page that does not exist.
	if p := get(t, s, mountPath(r, cell, "cpu")+script); p.status != http.StatusNotFound || strings.Contains(p.body, "<script>") {
		t.Errorf("status %d: %s", p.status, p.body)
	}
}

// hostile is the text that replaces texts of run.json.
var hostile = []string{
	`<script>alert(1)</script>`, `"><script>alert(1)</script>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, `</select></title></style><img src=x onerror=alert(1)>`,
	`{{.}}`, "line\nbreak\x00\x1b[31m",
}

// TestHostileText puts a script into every text of run.json that can hold one,
// on every page it can be seen on.
func TestHostileText(t *testing.T) {
	for _, text := range hostile {
		root := t.TempDir()
		r := profiledRun(t, root, "first", 0)
		setInfo(t, r, func(i *results.Info) { i.Why = resultstest.Record(t, evidence.Why{Cell: i.Cells[0]}) })
		rewrite(t, r, text)
		other := profiledRun(t, root, "other", 1)
		rewrite(t, other, text)
		write(t, r, "report/verdict.json", quoteJSON(t, map[string]any{"subject": text, "causes": []string{text}, "sentence": text}))
		write(t, other, "report/verdict.json", quoteJSON(t, []any{map[string]any{"subject": text, "causes": []string{text}, "sentence": text}}))
		s := serve(t, root)
		ids := []string{filepath.Base(r.Dir()), filepath.Base(other.Dir())}
		for _, path := range []string{"/", "/compare", "/runs/" + ids[0] + "/", "/runs/" + ids[1] + "/", "/runs/" + ids[0] + "/profiles/", "/compare?old=" + ids[0] + "&new=" + ids[1]} {
			p := get(t, s, path)
			if p.status != http.StatusOK && p.status != http.StatusInternalServerError {
				t.Errorf("%s with %q: status %d", path, text, p.status)
			}
			p.lacks(t, "<script>alert", "<img src=x", "' onmouseover='", `href="javascript:`)
		}
		get(t, s, "/").has(t, ids...)
	}
}

// rewrite replaces every text of run.json, except the names of cells and the times,
// which must be valid.
func rewrite(t *testing.T, r *results.Run, text string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(r.Dir(), "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	var info map[string]any
	if err := json.Unmarshal(raw, &info); err != nil {
		t.Fatal(err)
	}
	info["stopped"], info["commit"], info["upstream"] = "x", "x", "x"
	info["matrix"] = map[string]string{"placement": "x"}
	for name, v := range info {
		if name != "cells" && name != "started" && name != "ended" && name != "core_scalings" {
			info[name] = replaced(v, text)
		}
	}
	write(t, r, "run.json", quoteJSON(t, info))
}

func replaced(v any, text string) any {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "codec=") {
			return v // the cell that a run of why is about
		}
		return text
	case []any:
		for i := range v {
			v[i] = replaced(v[i], text)
		}
	case map[string]any:
		for k := range v {
			v[k] = replaced(v[k], text)
		}
	}
	return v
}

func quoteJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestHostileFigures: data that no run writes, such as an intervention without a
// name, gives a page or an error page, never a broken connection.
func TestHostileFigures(t *testing.T) {
	for _, spoil := range []func(*results.Info){
		func(i *results.Info) {
			i.Why = resultstest.Record(t, evidence.Why{Cell: i.Cells[0], Interventions: []verdict.Intervention{{Cause: "x", Before: i.Cells[0], Cell: i.Cells[1], Predicted: 2}}})
		},
		func(i *results.Info) {
			i.Why = resultstest.Record(t, evidence.Why{Cell: i.Cells[0], Interventions: []verdict.Intervention{
				{Name: "there", Before: i.Cells[0], Cell: i.Cells[1]}, {Name: "back", Before: i.Cells[1], Cell: i.Cells[0]}}})
		},
		func(i *results.Info) { i.Machine.Cores, i.Ops, i.Rounds = -1, -1, 0 },
		func(i *results.Info) { i.Scalings = bench.Scalings{{Procs: 2, EffectiveCores: -1}} },
		func(i *results.Info) { i.NoiseFloor = resultstest.Record(t, &stats.Floor{Cell: "x", Floor: -7}) },
		func(i *results.Info) { i.Joined = map[string]int{i.Cells[0]: 1 << 60} },
	} {
		root := t.TempDir()
		r, other := newRun(t, root, newInfo(t, "odd", 0), 3), newRun(t, root, newInfo(t, "other", 1), 3)
		setInfo(t, r, spoil)
		s := serve(t, root)
		get(t, s, "/").has(t, r.Info().ID, other.Info().ID, "collector: serialised")
		for _, path := range []string{"/runs/" + r.Info().ID + "/", "/compare?old=" + r.Info().ID + "&new=" + other.Info().ID} {
			if p := get(t, s, path); p.status != http.StatusOK {
				p.refused(t, http.StatusInternalServerError, "")
			}
		}
	}
}

// TestHostileFolders: a folder may be called anything.
func TestHostileFolders(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	for _, name := range []string{`<img src=x onerror=alert(1)>`, `"quoted" 'twice'`, `javascript:alert(1)`, `%2e%2e`, "line\nbreak", "wrong\xff", `back\slash`, `a?b#c&d`} {
		if err := os.CopyFS(filepath.Join(root, name), os.DirFS(r.Dir())); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, root)
	p := get(t, s, "/")
	p.lacks(t, "<img src=x", `href="javascript:`)
	n := 0
	for _, part := range strings.Split(p.body, `<th scope="row"><a href="`)[1:] {
		path, _, _ := strings.Cut(part, `"`)
		path = html.UnescapeString(path)
		get(t, s, path).has(t)
		get(t, s, path+"profiles/").has(t, "go tool pprof")
		get(t, s, path+"files/run.json").has(t, r.Info().ID)
		get(t, s, path+"pprof/all/cpu/").has(t, mark(r.Info().ID, "all", "cpu"))
		n++
	}
	if n != 9 {
		t.Errorf("%d runs are listed, want 9", n)
	}
}
