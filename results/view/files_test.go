package view_test

import (
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"collatebench/profiles"
)

// TestDownloads: each raw file is sent unchanged, as a download with a name of its
// own, and never as a page.
func TestDownloads(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	folder := folders(t, r)[0]
	for _, name := range []string{"bench.txt", "log.txt", "report/benchstat.csv", "report/verdict.json", "report/report.html", "report/odd.svg"} {
		write(t, r, name, "<script>alert('"+name+"')</script>")
	}
	s := serve(t, root)
	saved := map[string]bool{}
	for name, text := range map[string]bool{
		"run.json": true, "samples.jsonl": true, "bench.txt": true, "log.txt": true, "report/benchstat.csv": true, "report/verdict.json": true,
		"report/report.html": false, "report/odd.svg": false, "profiles/cpu.pb.gz": false,
		"profiles/" + folder + "/heap.pb.gz": false, "profiles/" + folder + "/trace.out": false,
	} {
		want, err := os.ReadFile(filepath.Join(r.Dir(), filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		p := get(t, s, "/runs/"+r.Info().ID+"/files/"+name)
		if p.status != http.StatusOK || p.body != string(want) {
			t.Errorf("%s: status %d, %d bytes of %d", name, p.status, len(p.body), len(want))
		}
		kind := "application/octet-stream"
		if text {
			kind = "text/plain; charset=utf-8"
		}
		if got := p.header.Get("Content-Type"); got != kind {
			t.Errorf("%s comes as %s", name, got)
		}
		how, params, err := mime.ParseMediaType(p.header.Get("Content-Disposition"))
		if err != nil || how != "attachment" || saved[params["filename"]] || !strings.HasPrefix(params["filename"], r.Info().ID) {
			t.Errorf("%s: %q, %v", name, p.header.Get("Content-Disposition"), err)
		}
		saved[params["filename"]] = true
	}
}

// TestOtherFiles: files that do not belong to a run are not served.
func TestOtherFiles(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	for _, name := range []string{
		"notes.txt", ".env", "run.json.bak", "report/.verdict.json-A1", "report/old/verdict.json",
		"profiles/other/cpu.pb.gz", "profiles/" + folderName(t) + "/other.pb.gz", "profiles/" + folderName(t) + "/.cpu.pb.gz-A1B2C3D4E5",
	} {
		write(t, r, name, "of nobody's concern")
		get(t, s, "/runs/"+r.Info().ID+"/files/"+name).refused(t, http.StatusNotFound, "has no file")
		get(t, s, "/runs/"+r.Info().ID+"/profiles/").lacks(t, name)
	}
}

// TestProfilesPage leads to each profile and file, and to the lines that open
// them by hand.
func TestProfilesPage(t *testing.T) {
	root := filepath.Join(t.TempDir(), "it's here")
	r := profiledRun(t, root, "first", 0)
	other := newRun(t, root, newInfo(t, "other", 1), 1)
	s := serve(t, root)
	at := "/runs/" + r.Info().ID + "/profiles/"
	p := get(t, s, at)
	for _, folder := range append(folders(t, r), "all") {
		quoted := "'" + strings.ReplaceAll(filepath.Join(r.Dir(), "profiles", folder), "'", `'"'"'`)
		if folder == "all" {
			p.has(t, "go tool pprof '"+strings.ReplaceAll(filepath.Join(r.Dir(), "profiles"), "'", `'"'"'`)+"/cpu.pb.gz'")
			continue
		}
		for _, k := range pprofKinds() {
			p.has(t, `href="`+mountPath(r, folder, k)+`"`, "go tool pprof "+quoted+"/"+k.File()+"'")
		}
		p.has(t, `href="`+diagnosisPath(r, folder)+`"`, `href="/runs/`+r.Info().ID+`/perfetto/`+url.PathEscape(folder)+`" download`)
		p.has(t, "go tool trace "+quoted+"/trace.out'", `/files/profiles/`+url.PathEscape(folder)+`/trace.out" download`)
	}
	p.has(t, "<caption>", `scope="row"`, `<option selected>`+r.Info().ID, `href="/runs/`+r.Info().ID+`/files/samples.jsonl"`)
	get(t, s, at+"?base="+other.Info().ID).has(t, "Run "+other.Info().ID+" has no profile.")
	get(t, s, "/runs/"+other.Info().ID+"/profiles/?base="+r.Info().ID).has(t, "This run has no profile")
	get(t, s, at+"?base=nothing").refused(t, http.StatusNotFound, "There is no run")
	if p := get(t, s, strings.TrimSuffix(at, "/")); p.path != at {
		t.Errorf("without the slash it leads to %s", p.path)
	}
}

// TestLinksThatLeadOut: a run folder may hold links to anything.
func TestLinksThatLeadOut(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.txt")
	if err := os.WriteFile(secret, []byte("of nobody's concern"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ link, to string }{
		{"log.txt", secret},
		{"log.txt", "../../secret.txt"},
		{"bench.txt", "../other/run.json"}, // of another run: outside, too
		{"report", outside},
		{"report/verdict.json", secret},
		{"profiles", "/"},
		{"profiles/" + folderName(t), outside},
		{"profiles/" + folderName(t) + "/cpu.pb.gz", secret},
		{"profiles/cpu.pb.gz", "../../../secret.txt"},
	} {
		root := filepath.Join(t.TempDir(), "runs")
		r := newRun(t, root, newInfo(t, "linked", 0), 3)
		if err := os.WriteFile(filepath.Join(filepath.Dir(root), "secret.txt"), []byte("of nobody's concern"), 0o666); err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(r.Dir(), filepath.FromSlash(tt.link))
		if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(tt.to, at); err != nil {
			t.Fatal(err)
		}
		s := serve(t, root)
		for _, path := range []string{"/", "profiles/", "files/" + tt.link, "files/report/secret.txt", "pprof/all/cpu/", "pprof/" + folderName(t) + "/cpu/", ""} {
			path = "/runs/" + r.Info().ID + "/" + path
			p := get(t, s, path)
			p.lacks(t, "nobody")
			if strings.Contains(path, "/files/") || strings.Contains(path, "/pprof/") {
				p.refused(t, http.StatusNotFound, "")
			}
		}
	}
}

// folderName is the folder of the first cell.
func folderName(t *testing.T) string {
	return strings.ReplaceAll(cellNames(t)[0], "/", ",")
}

// TestLinkedRuns: files that are read by path must not be links, or pipes, which
// would block.
func TestLinkedRuns(t *testing.T) {
	root := t.TempDir()
	good := newRun(t, root, newInfo(t, "good", 0), 3)
	elsewhere := newRun(t, t.TempDir(), newInfo(t, "elsewhere", 0), 3)
	for _, name := range []string{"run.json", "samples.jsonl"} {
		linked := newRun(t, root, newInfo(t, "linked-"+name, 1), 1)
		if err := os.Remove(filepath.Join(linked.Dir(), name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(elsewhere.Dir(), name), filepath.Join(linked.Dir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	piped := newRun(t, root, newInfo(t, "piped", 2), 1)
	if err := os.Remove(filepath.Join(piped.Dir(), "samples.jsonl")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(piped.Dir(), "samples.jsonl"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere.Dir(), filepath.Join(root, "20261122-235900-link")); err != nil {
		t.Fatal(err)
	}
	s := serve(t, root)
	p := get(t, s, "/")
	p.has(t, good.Info().ID, "run.json: path escapes from parent", "samples.jsonl: path escapes from parent", "samples.jsonl: not a regular file")
	p.lacks(t, "elsewhere", "235900-link")
	get(t, s, "/runs/20261122-235900-link/").refused(t, http.StatusNotFound, "There is no run")
	trace := newRun(t, root, newInfo(t, "trace", 3), 3)
	write(t, trace, "profiles/x", "")
	fifo := filepath.Join(trace.Dir(), "profiles", folderName(t), profiles.Trace.File())
	if err := os.MkdirAll(filepath.Dir(fifo), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(fifo, 0o666); err != nil {
		t.Fatal(err)
	}
	get(t, s, "/runs/"+trace.Info().ID+"/").refused(t, http.StatusInternalServerError, "trace.out: not a regular file")
}
