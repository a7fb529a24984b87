package view

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"collatebench/results/report"
)

// ServeHTTP refuses requests that no page here can answer, and routes the others.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		s.refuse(w, &refusal{http.StatusMethodNotAllowed, "This server only shows: GET and HEAD are answered."})
	case !isPlain(r.URL.Path):
		s.refuse(w, missing("Nothing is served at this address."))
	default:
		s.mux.ServeHTTP(w, r)
	}
}

// secure sets the headers of every answer. Pages of pprof loosen the policy.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", report.Policy()+"; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
}

// answer turns the error of a page's function into an error page. A function that does
// not stream waits for a place first, and its answer is sent when the place is free
// again.
func (s *server) answer(serve func(*server, http.ResponseWriter, *http.Request) error, streams bool) http.Handler {
	whole := func(w http.ResponseWriter, r *http.Request) {
		if err := serve(s, w, r); err != nil {
			s.refuse(w, err)
		}
	}
	if streams {
		return http.HandlerFunc(whole)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := &answerBuffer{ResponseWriter: w}
		if s.work(b, r, whole) {
			b.send()
		}
	})
}

// work calls serve in a place of its own. It returns false if the browser has gone
// before there was one.
func (s *server) work(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc) bool {
	leave, ok := s.places.enter(r.Context(), r.PathValue("id"))
	if !ok {
		return false
	}
	defer leave()
	serve(w, r)
	return true
}

// A refusal is a status with a sentence for people.
type refusal struct {
	status   int
	sentence string
}

func (r *refusal) Error() string { return r.sentence }

func missing(format string, args ...any) error {
	return &refusal{http.StatusNotFound, fmt.Sprintf(format, args...)}
}

// refuse writes the page of an error. A file that is missing now was deleted while
// the request was answered: that is 404.
func (s *server) refuse(w http.ResponseWriter, err error) {
	answer := &refusal{http.StatusInternalServerError, err.Error()}
	if !errors.As(err, &answer) && errors.Is(err, fs.ErrNotExist) {
		answer.status = http.StatusNotFound
	}
	title := fmt.Sprintf("%d %s", answer.status, http.StatusText(answer.status))
	s.render(w, answer.status, report.Page{Title: title, Nav: nav("")}, "error.html", struct{ Title, Sentence string }{title, answer.sentence})
}

// render writes a page with a template as its body.
func (s *server) render(w http.ResponseWriter, status int, p report.Page, name string, data any) {
	body, err := execute(name, data)
	if err == nil {
		p.Body = body
		var page []byte
		if page, err = p.HTML(); err == nil {
			writePage(w, status, page)
			return
		}
	}
	http.Error(w, "this page could not be made: "+err.Error(), http.StatusInternalServerError)
}

func writePage(w http.ResponseWriter, status int, page []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(page) // an error means that the browser has gone
}

// nav has links to the other pages, and to those of the run with this ID unless it
// is "".
func nav(id string) []report.Link {
	links := []report.Link{{Text: "Runs", To: "/"}, {Text: "Compare", To: "/compare"}, {Text: "History", To: "/history"}}
	if id == "" {
		return links
	}
	return append(links, report.Link{Text: "Report", To: runPath(id)}, report.Link{Text: "Profiles and files", To: runPath(id, "profiles") + "/"})
}

func execute(name string, data any) (template.HTML, error) {
	var b strings.Builder
	err := pages.ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err
}
