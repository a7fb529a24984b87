package profiles

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/google/pprof/driver"
	"github.com/google/pprof/profile"
)

// UIOptions says how a profile is shown. The zero value shows it without a base.
type UIOptions struct {
	// Base is subtracted from the profile; percentages are then of the base. It
	// must have the same sample types. nil subtracts nothing.
	Base *profile.Profile
	// Name is shown in each page's details, to tell one browser tab from
	// another; "" shows none.
	Name string
	// Executable is the path of the program that was profiled, for disassembly. It must
	// have the build ID that the profile names. "" shows no disassembly: the path in
	// the profile is never opened.
	Executable string
}

// setUp guards pprof's configuration, which belongs to the process. Under it no file is
// opened and nothing is waited for: it would hold up every other profile.
var setUp sync.Mutex

// Handler returns pprof's web interface for one profile. Any number of them can be
// served at the same time. Its links are relative, so mount it at a path that ends
// in a slash: mux.Handle("/cpu/", http.StripPrefix("/cpu", h)). Its first page is
// the flame graph. Only /graph needs graphviz, and only /disasm needs objdump and
// the executable. Requests to save settings in the user's home get 403. Handler
// copies p and Base: do not change them during the call.
func Handler(p *profile.Profile, o UIOptions) (http.Handler, error) {
	pages, err := pprofPages(p, o)
	if err != nil {
		return nil, fmt.Errorf("set up pprof's web interface: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// With or without the slash, as the prefix was stripped.
		if page, ok := pages["/"+strings.TrimPrefix(r.URL.Path, "/")]; ok {
			page.ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	}), nil
}

// pprofPages runs the driver until it hands over its pages, by path.
func pprofPages(p *profile.Profile, o UIOptions) (map[string]http.Handler, error) {
	setUp.Lock()
	sources, err := copies(p, o) // pprof writes to what it copies, and others may copy it too
	setUp.Unlock()
	if err != nil {
		return nil, err
	}
	var pages map[string]http.Handler
	obj := objectTool(o.Executable, sources)
	setUp.Lock()
	defer setUp.Unlock()
	err = driver.PProf(&driver.Options{
		Flagset: newFlags(sources),
		Fetch:   sources,
		Obj:     obj,
		UI:      silence{},
		Writer:  noFiles{},
		HTTPServer: func(args *driver.HTTPServerArgs) error {
			pages = choosePages(args.Handlers)
			return nil
		},
	})
	if err == nil && pages == nil {
		err = errors.New("it handed over no pages")
	}
	if obj != nil && pages != nil {
		pages["/disasm"] = http.HandlerFunc(refuseDisassembly)
	}
	return pages, err
}

// copies returns the profiles that the driver fetches: copies, because it changes
// them, and checked, because it drops an invalid one without a word.
func copies(p *profile.Profile, o UIOptions) (fetcher, error) {
	if p == nil {
		return nil, errors.New("there is no profile")
	}
	f := fetcher{mainSource: p}
	if o.Base != nil {
		f[baseSource] = o.Base
	}
	for name, p := range f {
		if err := p.CheckValid(); err != nil {
			return nil, err
		}
		f[name] = p.Copy()
		hideFiles(f[name])
	}
	if o.Name != "" {
		f[mainSource].Comments = append(f[mainSource].Comments, o.Name)
	}
	return f, nil
}

// choosePages takes the pages that only read. It names them, since a later pprof
// may add a page that writes.
func choosePages(all map[string]http.Handler) map[string]http.Handler {
	pages := map[string]http.Handler{"/": http.HandlerFunc(toFlameGraph)}
	for _, path := range []string{"/flamegraph", "/top", "/graph", "/peek", "/source", "/disasm", "/download"} {
		if h, ok := all[path]; ok {
			pages[path] = h
		}
	}
	for _, path := range []string{"/saveconfig", "/deleteconfig"} {
		pages[path] = http.HandlerFunc(refuseSettings)
	}
	return pages
}

// toFlameGraph replaces pprof's own redirect, which is permanent: a browser would
// remember it for the next program on that port. It does not use http.Redirect,
// which makes the path absolute and so loses the mount's prefix.
func toFlameGraph(w http.ResponseWriter, r *http.Request) {
	to := url.URL{Path: "flamegraph", RawQuery: r.URL.RawQuery}
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusFound)
}

func refuseSettings(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "settings are not saved here", http.StatusForbidden)
}
