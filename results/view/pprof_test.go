package view_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"collatebench/profiles"
	"collatebench/results"
)

func mountPath(r *results.Run, folder string, k profiles.Kind) string {
	return "/runs/" + r.Info().ID + "/pprof/" + url.PathEscape(folder) + "/" + string(k) + "/"
}

func diffPath(r *results.Run, folder string, k profiles.Kind, base *results.Run, baseFolder string) string {
	return mountPath(r, folder, k) + "base/" + base.Info().ID + "/" + url.PathEscape(baseFolder) + "/"
}

// TestEveryProfile: the profile of each cell and kind, and of the matrix, is its own,
// and its first page is the flame graph.
func TestEveryProfile(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	for _, folder := range folders(t, r) {
		for _, k := range pprofKinds() {
			p := get(t, s, mountPath(r, folder, k))
			p.has(t, mark(r.Info().ID, folder, k), strings.ReplaceAll(folder, ",", "/")+", run "+r.Info().ID)
			if !strings.HasSuffix(p.path, "/"+string(k)+"/flamegraph") {
				t.Errorf("%s %s opens at %s", folder, k, p.path)
			}
			if n := strings.Count(p.body, "markOf_") - strings.Count(p.body, mark(r.Info().ID, folder, k)); n != 0 {
				t.Errorf("%s shows %d marks of others", p.path, n)
			}
		}
	}
	get(t, s, mountPath(r, "all", profiles.CPU)).has(t, mark(r.Info().ID, "all", profiles.CPU), "the whole matrix, run "+r.Info().ID)
}

// TestMountedPages: all pages of pprof are there, except those that write.
func TestMountedPages(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	folder := folders(t, r)[0]
	at := mountPath(r, folder, profiles.CPU)
	for _, page := range []string{"flamegraph", "top", "top?g=lines&sort=cum", "peek?f=markOf", "source?f=markOf"} {
		p := get(t, s, at+page)
		p.has(t, mark(r.Info().ID, folder, profiles.CPU))
		policy := p.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "script-src 'unsafe-inline'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", p.path, policy)
		}
	}
	if p := get(t, s, strings.TrimSuffix(at, "/")+"?si=cpu"); !strings.HasSuffix(p.path, "/flamegraph?si=cpu") {
		t.Errorf("without the slash it leads to %s", p.path)
	}
	for _, page := range []string{"saveconfig?config=mine", "deleteconfig?config=mine"} {
		if p := get(t, s, at+page); p.status != http.StatusForbidden {
			t.Errorf("%s: status %d", p.path, p.status)
		}
	}
	get(t, s, mountPath(r, folder, profiles.Trace)).refused(t, http.StatusNotFound, "cpu, heap, allocs, block, mutex, goroutine")
	get(t, s, mountPath(r, "all", profiles.Heap)).refused(t, http.StatusNotFound, "only the CPU profile")
}

// TestDiff: a form leads to the profile with any other as its base. Samples only in
// the profile are positive, those only in the base negative.
func TestDiff(t *testing.T) {
	root := t.TempDir()
	old, now := profiledRun(t, root, "old", 0), profiledRun(t, root, "now", 1)
	s := serve(t, root)
	cells := folders(t, now)
	for _, tt := range []struct {
		cell     string
		base     *results.Run
		baseCell string
		kind     profiles.Kind
	}{
		{cells[1], now, cells[0], profiles.CPU},
		{cells[0], old, cells[0], profiles.Heap},
		{cells[2], old, cells[3], profiles.Goroutine},
		{"all", old, "all", profiles.CPU},
		{cells[0], now, "all", profiles.CPU},
	} {
		form := url.Values{"cell": {tt.cell}, "kind": {string(tt.kind)}, "base": {tt.base.Info().ID}, "basecell": {tt.baseCell}}
		p := get(t, s, "/runs/"+now.Info().ID+"/diff?"+form.Encode())
		if want := diffPath(now, tt.cell, tt.kind, tt.base, tt.baseCell) + "flamegraph"; p.path != want {
			t.Errorf("the form leads to %s, want %s", p.path, want)
		}
		p.has(t, mark(now.Info().ID, tt.cell, tt.kind), ", less ", "run "+tt.base.Info().ID)
		diff, err := profile.ParseData([]byte(get(t, s, diffPath(now, tt.cell, tt.kind, tt.base, tt.baseCell)+"download").body))
		if err != nil {
			t.Fatal(err)
		}
		if got := through(diff, mark(now.Info().ID, tt.cell, tt.kind)); got <= 0 {
			t.Errorf("%v: %d in what is new", form, got)
		}
		if got := through(diff, mark(tt.base.Info().ID, tt.baseCell, tt.kind)); got >= 0 {
			t.Errorf("%v: %d in what is gone", form, got)
		}
	}
}

// TestDiffToItself: a profile with itself as its base is refused.
func TestDiffToItself(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	form := url.Values{"cell": {"all"}, "kind": {"cpu"}, "base": {r.Info().ID}, "basecell": {"all"}}
	get(t, serve(t, root), "/runs/"+r.Info().ID+"/diff?"+form.Encode()).refused(t, http.StatusBadRequest, "choose another cell")
}

// through sums the last value of the samples that pass through a function.
func through(p *profile.Profile, name string) int64 {
	var sum int64
	for _, s := range p.Sample {
		for _, l := range s.Location {
			if len(l.Line) > 0 && l.Line[len(l.Line)-1].Function.Name == name {
				sum += s.Value[len(s.Value)-1]
				break
			}
		}
	}
	return sum
}

// TestProfileIsReadAnew: a profile that was replaced is not shown any more.
func TestProfileIsReadAnew(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	s := serve(t, root)
	cells := folders(t, r)
	get(t, s, mountPath(r, cells[0], profiles.CPU)).has(t, mark(r.Info().ID, cells[0], profiles.CPU))
	path := func(folder string) string { return filepath.Join(r.Dir(), "profiles", folder, profiles.CPU.File()) }
	if err := os.Rename(path(cells[1]), path(cells[0])); err != nil {
		t.Fatal(err)
	}
	get(t, s, mountPath(r, cells[0], profiles.CPU)).has(t, mark(r.Info().ID, cells[1], profiles.CPU))
	get(t, s, mountPath(r, cells[1], profiles.CPU)).refused(t, http.StatusNotFound, "has no cpu profile")
}

// TestSourceOfNoProgram: a profile can name any file, and pprof's source page
// shows the files that a profile names.
func TestSourceOfNoProgram(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	folder := folders(t, r)[0]
	dir := t.TempDir()
	lines := strings.Repeat("of nobody's concern\n", 20)
	for _, name := range []string{"secret", "program.go"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(lines), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(r.Dir(), "profiles", folder, profiles.CPU.File())
	s := serve(t, root)
	for name, shown := range map[string]bool{"secret": false, "program.go": true} {
		p, err := profiles.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Function {
			f.Filename = filepath.Join(dir, name)
		}
		for _, l := range p.Location {
			for i := range l.Line {
				l.Line[i].Line = 7
			}
		}
		if err := profiles.Write(path, p); err != nil {
			t.Fatal(err)
		}
		page := get(t, s, mountPath(r, folder, profiles.CPU)+"source?f=markOf")
		if strings.Contains(page.body, "nobody&#39;s concern") != shown {
			t.Errorf("%s: shown %v, want %v:\n%s", name, !shown, shown, page.body)
		}
	}
}

// TestUnreadableProfiles: the page says in a sentence what is wrong.
func TestUnreadableProfiles(t *testing.T) {
	root := t.TempDir()
	r := profiledRun(t, root, "first", 0)
	cells := folders(t, r)
	write(t, r, "profiles/"+cells[0]+"/cpu.pb.gz", "no profile")
	from, err := captured()
	if err != nil {
		t.Fatal(err)
	}
	writeMarked(t, from[profiles.Heap], filepath.Join(r.Dir(), "profiles", cells[1], profiles.CPU.File()), "another kind")
	s := serve(t, root)
	get(t, s, mountPath(r, cells[0], profiles.CPU)).refused(t, http.StatusUnprocessableEntity, "cannot be read")
	get(t, s, diffPath(r, cells[2], profiles.CPU, r, cells[0])).refused(t, http.StatusUnprocessableEntity, "cannot be read")
	get(t, s, diffPath(r, cells[2], profiles.CPU, r, cells[1])).refused(t, http.StatusUnprocessableEntity, "web interface")
}
