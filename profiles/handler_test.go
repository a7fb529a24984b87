package profiles_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"collatebench/profiles"

	"github.com/google/pprof/profile"
)

// cpuProfile returns a real profile of work.
func cpuProfile(t *testing.T, work func()) *profile.Profile {
	t.Helper()
	return read(t, captureCPU(t, work, "phase", "decode"), profiles.CPU)
}

func handler(t *testing.T, p *profile.Profile, o profiles.UIOptions) http.Handler {
	t.Helper()
	h, err := profiles.Handler(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// mount serves handlers by the prefix of their path, each under the slash.
func mount(t *testing.T, handlers map[string]http.Handler) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	for prefix, h := range handlers {
		mux.Handle(prefix+"/", http.StripPrefix(prefix, h))
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// page is what a browser gets after redirects.
type page struct {
	path   string
	status int
	body   string
}

func get(t *testing.T, s *httptest.Server, path string) page {
	t.Helper()
	resp, err := s.Client().Get(s.URL + path)
	if err != nil {
		t.Error(err)
		return page{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return page{path: resp.Request.URL.RequestURI(), status: resp.StatusCode, body: string(body)}
}

// has checks that a page has status 200 and shows want, and not other.
func (p page) has(t *testing.T, want, other string) {
	t.Helper()
	if p.status != http.StatusOK || !strings.Contains(p.body, want) || other != "" && strings.Contains(p.body, other) {
		t.Errorf("%s: status %d, want a page of %d bytes with %q and without %q", p.path, p.status, len(p.body), want, other)
	}
}

// TestPagesUnderOneMux: no page shows the data of another profile, though pprof's
// settings belong to the whole process.
func TestPagesUnderOneMux(t *testing.T) {
	s := mount(t, map[string]http.Handler{
		"/alpha":  handler(t, cpuProfile(t, spinAlpha), profiles.UIOptions{}),
		"/b/beta": handler(t, cpuProfile(t, spinBeta), profiles.UIOptions{}),
	})
	var wg sync.WaitGroup
	for range 3 {
		for _, path := range []string{"/flamegraph", "/top", "/top?g=lines&sort=cum", "/peek?f=spin"} {
			wg.Go(func() { get(t, s, "/alpha"+path).has(t, "spinAlpha", "spinBeta") })
			wg.Go(func() { get(t, s, "/b/beta"+path).has(t, "spinBeta", "spinAlpha") })
		}
		// Around a function's source its neighbour's is shown too.
		wg.Go(func() { get(t, s, "/alpha/source?f=spin").has(t, "x ^= x &lt;&lt; 13", "") })
		wg.Go(func() { get(t, s, "/b/beta/source?f=spin").has(t, "6364136223846793005", "") })
	}
	wg.Wait()
}

// TestSetUpBesideRequests sets up a profile while others are requested.
func TestSetUpBesideRequests(t *testing.T) {
	p := cpuProfile(t, spinAlpha)
	s := mount(t, map[string]http.Handler{"/alpha": handler(t, p, profiles.UIOptions{})})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { get(t, s, "/alpha/top").has(t, "spinAlpha", "") })
		wg.Go(func() {
			if _, err := profiles.Handler(p, profiles.UIOptions{Base: p}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestMountedPages: under any prefix the first page is the flame graph, and each
// link of a page leads to a page of the same mount that exists.
func TestMountedPages(t *testing.T) {
	h := handler(t, cpuProfile(t, spinAlpha), profiles.UIOptions{Name: "placement=pool/window=3"})
	s := mount(t, map[string]http.Handler{"/view/cells/7": h})
	for _, path := range []string{"/view/cells/7", "/view/cells/7/", "/view/cells/7/?f=spin"} {
		p := get(t, s, path)
		p.has(t, "spinAlpha", "")
		p.has(t, "placement=pool/window=3", "")
		if want := "/view/cells/7/flamegraph" + strings.TrimPrefix(path, strings.TrimSuffix(path, "?f=spin")); p.path != want {
			t.Errorf("%s leads to %s, want %s", path, p.path, want)
		}
	}
	root := get(t, s, "/view/cells/7/flamegraph").body
	for _, link := range []string{"./", "./top", "./graph", "./flamegraph", "./peek", "./source", "./disasm", "./download"} {
		if !strings.Contains(root, `href="`+link+`"`) {
			t.Errorf("the flame graph has no link %q any more", link)
		}
		// /graph without graphviz and /disasm without an executable say so.
		if p := get(t, s, "/view/cells/7/"+strings.TrimPrefix(link, "./")); p.status == http.StatusNotFound || p.body == "" {
			t.Errorf("%s: status %d, %d bytes", p.path, p.status, len(p.body))
		}
	}
	if strings.Contains(root, `href="/`) {
		t.Error("the flame graph has an absolute link, which loses the prefix")
	}
	if p := get(t, s, "/view/cells/7/none"); p.status != http.StatusNotFound {
		t.Errorf("%s: status %d", p.path, p.status)
	}
}

// TestWayInIsNotRemembered: the redirect is not permanent. A browser would keep a
// permanent one for the next program on the port.
func TestWayInIsNotRemembered(t *testing.T) {
	h := handler(t, cpuProfile(t, spinAlpha), profiles.UIOptions{})
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/?si=cpu", nil))
	if got := rec.Header().Get("Location"); rec.Code != http.StatusFound || got != "flamegraph?si=cpu" {
		t.Errorf("status %d, Location %q", rec.Code, got)
	}
}

// TestTagFilters: the same filters as go tool pprof -tagfocus slice a merged
// profile by cell.
func TestTagFilters(t *testing.T) {
	alpha, beta := twoCells(t)
	s := mount(t, map[string]http.Handler{"/all": handler(t, mustMerge(t, alpha, beta), profiles.UIOptions{})})
	for _, tt := range []struct{ filter, want, other string }{
		{"tf=" + url.QueryEscape("cell=^"+alphaCell+"$"), "spinAlpha", "spinBeta"},
		{"tf=" + url.QueryEscape("cell=window=32/"), "spinBeta", "spinAlpha"},
		{"tf=" + url.QueryEscape("cell=window=3/"), "spinAlpha", "spinBeta"},
		{"ti=" + url.QueryEscape("cell=window=3/"), "spinBeta", "spinAlpha"},
	} {
		get(t, s, "/all/top?"+tt.filter).has(t, tt.want, tt.other)
	}
	get(t, s, "/all/top?tf="+url.QueryEscape("cell=placement=pool")).has(t, "spinAlpha", "")
	get(t, s, "/all/top?tf="+url.QueryEscape("cell=placement=pool")).has(t, "spinBeta", "")
}

func TestDiff(t *testing.T) {
	now, before := cpuProfile(t, spinAlpha), cpuProfile(t, spinBeta)
	s := mount(t, map[string]http.Handler{
		"/diff": handler(t, now, profiles.UIOptions{Base: before}),
		"/same": handler(t, now, profiles.UIOptions{Base: now}),
	})
	p := get(t, s, "/diff/download")
	diff, err := profile.ParseData([]byte(p.body))
	if err != nil {
		t.Fatal(err)
	}
	if n := sum(diff, 1, ".spinAlpha", nil); n <= 0 {
		t.Errorf("%d ns in what is new", n)
	}
	if n := sum(diff, 1, ".spinBeta", nil); n >= 0 {
		t.Errorf("%d ns in what is gone", n)
	}
	get(t, s, "/diff/top").has(t, "spinAlpha", "")
	get(t, s, "/diff/flamegraph").has(t, "spinBeta", "")
	if n := sum(now, 1, ".spinAlpha", nil); n <= 0 {
		t.Error("the caller's profile was changed")
	}
	same, err := profile.ParseData([]byte(get(t, s, "/same/download").body))
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	for _, s := range same.Sample {
		total += s.Value[1]
	}
	if total != 0 {
		t.Errorf("a profile minus itself has %d ns", total)
	}
}

func TestHandlerErrors(t *testing.T) {
	cpu := cpuProfile(t, spinAlpha)
	other := cpu.Copy()
	other.SampleType[0].Type, other.SampleType[1].Type = "allocations", "bytes"
	broken := cpu.Copy()
	broken.Sample[0].Value = nil
	for name, handle := range map[string]func() (http.Handler, error){
		"another kind as base": func() (http.Handler, error) { return profiles.Handler(cpu, profiles.UIOptions{Base: other}) },
		"a broken profile":     func() (http.Handler, error) { return profiles.Handler(broken, profiles.UIOptions{}) },
		"a broken base":        func() (http.Handler, error) { return profiles.Handler(cpu, profiles.UIOptions{Base: broken}) },
		"no profile":           func() (http.Handler, error) { return profiles.Handler(nil, profiles.UIOptions{}) },
	} {
		if _, err := handle(); err == nil || !strings.HasPrefix(err.Error(), "set up pprof's web interface: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNothingIsLeft: here pprof does not save settings and profiles in the user's
// home, and does not write to the terminal.
func TestNothingIsLeft(t *testing.T) {
	home := t.TempDir()
	for name, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": "", "PPROF_TMPDIR": ""} {
		t.Setenv(name, value)
	}
	p := cpuProfile(t, spinAlpha)
	said := terminalOutput(t, func() {
		s := mount(t, map[string]http.Handler{"/cpu": handler(t, p, profiles.UIOptions{Base: p})})
		for _, path := range []string{"/", "/top", "/peek?f=spin", "/source?f=spin", "/disasm?f=spin", "/download", "/top?f=(", "/top?tf=none"} {
			get(t, s, "/cpu"+path)
		}
		for _, path := range []string{"/saveconfig?config=mine&f=spin", "/deleteconfig?config=mine"} {
			resp, err := s.Client().Post(s.URL+"/cpu"+path, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusForbidden {
				t.Errorf("POST %s: status %d", path, resp.StatusCode)
			}
		}
	})
	if said != "" {
		t.Errorf("the terminal shows %q", said)
	}
	err := filepath.WalkDir(home, func(path string, _ fs.DirEntry, err error) error {
		if path != home {
			t.Errorf("%s was made in the home folder", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// terminalOutput returns what do writes to the terminal.
func terminalOutput(t *testing.T, do func()) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "terminal"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = f, f
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	do()
	said, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}
