package view_test

import (
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/results"
)

// TestReport: serving the report changes nothing in the run folder.
func TestReport(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	before := tree(t, root)
	s := serve(t, root)
	at := "/runs/" + r.Info().ID
	p := get(t, s, at+"/")
	p.has(t, r.Info().ID, `href="`+at+`/profiles/"`, `href="/"`)
	if got := p.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("it comes as %s", got)
	}
	if again := get(t, s, at); again.path != at+"/" || again.body != p.body {
		t.Errorf("without the slash it leads to %s, %d bytes of %d", again.path, len(again.body), len(p.body))
	}
	for _, path := range []string{"/", "/compare", at + "/profiles/", "/runs/" + r.Info().ID + "/pprof/all/cpu/"} {
		get(t, s, path).has(t)
	}
	if after := tree(t, root); after != before {
		t.Errorf("the folder was\n%s\nand is\n%s", before, after)
	}
}

// tree lists all files with their sizes and times.
func tree(t *testing.T, root string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			b.WriteString(path + " " + info.ModTime().String() + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	root := t.TempDir()
	old := newRun(t, root, newInfo(t, "old", 0), 3)
	now := newRun(t, root, newInfo(t, "now", 1), 3)
	broken := newRun(t, root, newInfo(t, "broken", 2), 1)
	write(t, broken, "run.json", "{")
	s := serve(t, root)
	ids := func(a, b *results.Run) string { return "/compare?old=" + a.Info().ID + "&new=" + b.Info().ID }
	get(t, s, ids(old, now)).has(t, old.Info().ID, now.Info().ID, "Report of "+old.Info().ID, "Report of "+now.Info().ID)
	// The order of the two runs does not depend on earlier requests.
	p := get(t, s, ids(now, old))
	if strings.Index(p.body, now.Info().ID) > strings.Index(p.body, old.Info().ID) {
		t.Errorf("the first is not %s:\n%s", now.Info().ID, p.main())
	}
	for _, path := range []string{"/compare", "/compare?old=" + old.Info().ID, "/compare?new=" + now.Info().ID} {
		p := get(t, s, path)
		p.has(t, `<form class="choose"`, "<option", old.Info().ID, now.Info().ID)
		p.lacks(t, broken.Info().ID)
	}
	get(t, s, ids(old, broken)).refused(t, http.StatusInternalServerError, "unexpected end of JSON")
	get(t, s, "/compare?old="+old.Info().ID+"&new=nothing").refused(t, http.StatusNotFound, `There is no run "nothing" here.`)
}

// TestPagesFollowTheirFiles: when a run has changed, its pages are made again, and
// its comparisons too.
func TestPagesFollowTheirFiles(t *testing.T) {
	root := t.TempDir()
	old := newRun(t, root, newInfo(t, "old", 0), 3)
	now := newRun(t, root, newInfo(t, "now", 1), 1)
	s := serve(t, root)
	report, compared := "/runs/"+now.Info().ID+"/", "/compare?old="+old.Info().ID+"&new="+now.Info().ID
	get(t, s, report).has(t, "In progress: 4 of 12 samples")
	before := get(t, s, compared).body
	addRound(t, now, 2)
	get(t, s, report).has(t, "In progress: 8 of 12 samples")
	if before == "" || strings.Contains(before, "8 of 12") {
		t.Errorf("the comparison was\n%s", before)
	}
	setInfo(t, now, func(i *results.Info) { i.ID = now.Info().ID; i.State = results.Stopped; i.Stopped = "by hand" })
	get(t, s, report).lacks(t, "In progress")
}
