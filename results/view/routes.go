package view

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// routes is the table of all pages. Each folder has a row without its slash too:
// otherwise the mux would redirect any such path, even one that does not exist.
var routes = []struct {
	pattern string
	serve   func(*server, http.ResponseWriter, *http.Request) error
	streams bool // it sends a file as it is, of any size
}{
	{"/{$}", (*server).list, false},
	{"/runs.json", (*server).listJSON, false},
	{"/history", (*server).history, false},
	{"/history.json", (*server).historyJSON, false},
	{"/favicon.ico", (*server).icon, false},
	{"/compare", (*server).compare, false},
	{"/runs/{id}", (*server).report, false},
	{"/runs/{id}/{$}", (*server).report, false},
	{"/runs/{id}/profiles", (*server).profiles, false},
	{"/runs/{id}/profiles/{$}", (*server).profiles, false},
	{"/runs/{id}/diff", (*server).diff, false},
	{"/runs/{id}/pprof/{cell}/{kind}", (*server).pprof, false},
	{"/runs/{id}/pprof/{cell}/{kind}/{page...}", (*server).pprof, false},
	{"/runs/{id}/pprof/{cell}/{kind}/base/{baseid}/{basecell}", (*server).pprof, false},
	{"/runs/{id}/pprof/{cell}/{kind}/base/{baseid}/{basecell}/{page...}", (*server).pprof, false},
	{"/runs/{id}/diagnosis/{cell}", (*server).diagnosis, false},
	{"/runs/{id}/perfetto/{cell}", (*server).perfetto, false},
	{"/runs/{id}/files/{name...}", (*server).file, true},
	{"/", (*server).nothing, false},
}

// ReportPath is where the report of the run with this ID is served.
func ReportPath(id string) string { return runPath(id) }

// runPath is a path below the run's. Each element is escaped, so that it stays one
// element.
func runPath(id string, elements ...string) string {
	out := "/runs/" + url.PathEscape(id) + "/"
	for i, element := range elements {
		if i > 0 {
			out += "/"
		}
		out += url.PathEscape(element)
	}
	return out
}

func uiPath(id, cell, kind string) string { return runPath(id, "pprof", cell, kind) + "/" }

func diagnosisPath(id, cell string) string { return runPath(id, "diagnosis", cell) }

func perfettoPath(id, cell string) string { return runPath(id, "perfetto", cell) }

func diffPath(id, cell, kind, baseID, baseCell string) string {
	return runPath(id, "pprof", cell, kind, "base", baseID, baseCell) + "/"
}

func filePath(id, name string) string {
	return runPath(id, append([]string{"files"}, strings.Split(name, "/")...)...)
}

// isPlain reports whether a path is its own shortest form. The mux would redirect
// other paths to that form; but no person types them by mistake, so they are
// refused.
func isPlain(p string) bool {
	return p == "/" || strings.HasPrefix(p, "/") && p != "//" && path.Clean(p) == strings.TrimSuffix(p, "/")
}

// inFolder redirects a request for a folder whose path lacks the last slash, since
// the links of its pages are relative. It returns false if it did.
func inFolder(w http.ResponseWriter, r *http.Request) bool {
	if strings.HasSuffix(r.URL.Path, "/") {
		return true
	}
	to := url.URL{Path: r.URL.Path + "/", RawPath: r.URL.EscapedPath() + "/", RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
	return false
}

func (*server) icon(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (*server) nothing(http.ResponseWriter, *http.Request) error {
	return missing("Nothing is served at this address.")
}
