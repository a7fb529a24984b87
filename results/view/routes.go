package view

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// routes is the table of all pages. Each path of a folder has a row without
// its slash too: left to itself the mux would redirect whatever is asked for,
// and what is not there is to be refused.
var routes = []struct {
	pattern string
	serve   func(*server, http.ResponseWriter, *http.Request) error
}{
	{"/{$}", (*server).list},
	{"/runs.json", (*server).listJSON},
	{"/favicon.ico", (*server).icon},
	{"/compare", (*server).compare},
	{"/runs/{id}", (*server).report},
	{"/runs/{id}/{$}", (*server).report},
	{"/runs/{id}/profiles", (*server).profiles},
	{"/runs/{id}/profiles/{$}", (*server).profiles},
	{"/runs/{id}/diff", (*server).diff},
	{"/runs/{id}/pprof/{cell}/{kind}", (*server).pprof},
	{"/runs/{id}/pprof/{cell}/{kind}/{page...}", (*server).pprof},
	{"/runs/{id}/pprof/{cell}/{kind}/base/{baseid}/{basecell}", (*server).pprof},
	{"/runs/{id}/pprof/{cell}/{kind}/base/{baseid}/{basecell}/{page...}", (*server).pprof},
	{"/runs/{id}/files/{name...}", (*server).file},
	{"/", (*server).nothing},
}

// ReportPath is where the report of the run with this ID is served.
func ReportPath(id string) string { return runPath(id) }

// runPath joins names to a path below the run's. Each is escaped, so that none
// reaches out of its place.
func runPath(id string, names ...string) string {
	out := "/runs/" + url.PathEscape(id) + "/"
	for i, name := range names {
		if i > 0 {
			out += "/"
		}
		out += url.PathEscape(name)
	}
	return out
}

func uiPath(id, cell, kind string) string { return runPath(id, "pprof", cell, kind) + "/" }

func diffPath(id, cell, kind, baseID, baseCell string) string {
	return runPath(id, "pprof", cell, kind, "base", baseID, baseCell) + "/"
}

func filePath(id, name string) string {
	return runPath(id, append([]string{"files"}, strings.Split(name, "/")...)...)
}

// isPlain says whether a path is its own shortest form. The mux would redirect
// to that form; what nobody types by mistake is refused instead.
func isPlain(p string) bool {
	return p == "/" || strings.HasPrefix(p, "/") && p != "//" && path.Clean(p) == strings.TrimSuffix(p, "/")
}

// inFolder sends a request for a folder that lacks the slash there, and says
// whether it did: links of pages are relative to the folder.
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
