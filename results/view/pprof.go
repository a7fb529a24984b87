package view

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"collatebench/profiles"
)

// pprofPolicy lets pprof's pages run. Their scripts, styles and pictures are inside
// them. Their only requests to this server are to save settings, which it refuses.
const pprofPolicy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; " +
	"connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// pprof serves a page of pprof's interface for one profile, with a base if the path
// names one.
func (s *server) pprof(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mount(r.PathValue("id"), r.PathValue("cell"), r.PathValue("kind"))
	if err != nil {
		return err
	}
	defer m.folder.close()
	var base *mount
	if r.PathValue("baseid") != "" {
		if base, err = s.mount(r.PathValue("baseid"), r.PathValue("basecell"), r.PathValue("kind")); err != nil {
			return err
		}
		defer base.folder.close()
	}
	if r.PathValue("page") == "" && !inFolder(w, r) {
		return nil
	}
	u, err := s.ui(m, base)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", pprofPolicy)
	inner := r.Clone(r.Context())
	inner.URL = &url.URL{Path: "/" + r.PathValue("page"), RawQuery: r.URL.RawQuery}
	return u.serve(s.memory, w, inner)
}

// ui returns pprof's interface for a profile. All requests share one, since each
// holds several copies of the profile.
func (s *server) ui(m, base *mount) (ui, error) {
	key, version := fmt.Sprintf("%q %q %q", m.folder.id, m.cell, m.kind), m.version()
	if base != nil {
		key += fmt.Sprintf(" %q %q", base.folder.id, base.cell)
		version += base.version()
	}
	return s.uis.get(key, version, func() (ui, error) {
		need, err := s.uiMemory(m, base)
		if err != nil {
			return ui{}, err
		}
		return borrowing(s.memory, need, func() (ui, error) { return newUI(m, base) })
	})
}

// uiMemory looks into the profiles for what it takes to parse them and to set up their
// interface.
func (s *server) uiMemory(all ...*mount) (int64, error) {
	need := int64(leastMemory)
	for _, m := range all {
		if m == nil {
			continue
		}
		n, err := borrowing(s.memory, min(leastMemory+inflating*m.folder.sizes(m.file()), inflatingMost), m.parsedMemory)
		if err != nil {
			return 0, unreadable(m, err)
		}
		need += n
	}
	return need, nil
}

func newUI(m, base *mount) (ui, error) {
	o := profiles.UIOptions{Name: m.title()}
	p, err := m.read()
	if err != nil {
		return ui{}, unreadable(m, err)
	}
	pageMemory := profiles.PageBytes(p)
	if base != nil {
		o.Name += ", less " + base.title()
		if o.Base, err = base.read(); err != nil {
			return ui{}, unreadable(base, err)
		}
		pageMemory += profiles.PageBytes(o.Base)
	}
	h, err := profiles.Handler(p, o)
	if err != nil {
		return ui{}, &refusal{http.StatusUnprocessableEntity, fmt.Sprintf("The %s of %s: %v.", m.what(), o.Name, err)}
	}
	return ui{h, pageMemory}, nil
}

func unreadable(m *mount, err error) error {
	return &refusal{http.StatusUnprocessableEntity, fmt.Sprintf("The %s of %s cannot be read: %s", m.what(), m.title(), named(m.file(), err))}
}

// named is a sentence that names the file, once.
func named(file string, err error) string {
	text := strings.TrimPrefix(err.Error(), file+": ")
	return file + ": " + text + "."
}

// diff redirects a form to the profile with the chosen base.
func (s *server) diff(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	m, err := s.mount(r.PathValue("id"), q.Get("cell"), q.Get("kind"))
	if err != nil {
		return err
	}
	defer m.folder.close()
	base, err := s.mount(q.Get("base"), q.Get("basecell"), q.Get("kind"))
	if err != nil {
		return err
	}
	defer base.folder.close()
	if m.folder.id == base.folder.id && m.cell == base.cell {
		return &refusal{http.StatusBadRequest, "A profile less itself is nothing: choose another cell, or another run, as the base."}
	}
	http.Redirect(w, r, diffPath(m.folder.id, m.cell, string(m.kind), base.folder.id, base.cell), http.StatusSeeOther)
	return nil
}

// pprofKinds are the kinds that pprof can show.
func pprofKinds() []profiles.Kind {
	var out []profiles.Kind
	for _, k := range profiles.Kinds() {
		if k != profiles.Trace {
			out = append(out, k)
		}
	}
	return out
}

func kindList() string {
	var names []string
	for _, k := range pprofKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}
