// Package view serves the runs of one folder to a browser:
//
//	s := httptest.NewServer(view.Handler("results/runs")) // the folder may be missing
//	defer s.Close()
//	resp, err := s.Client().Get(s.URL + "/runs.json")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer resp.Body.Close()
//	list, err := io.ReadAll(resp.Body)
//	fmt.Println(resp.Status, strings.TrimSpace(string(list)), err)
//
// Its pages are the list of runs with verdicts and progress, the report of each run,
// two runs compared, each cell's throughput over all runs, pprof's web interface for every profile, with any other profile
// as its base, and every raw file. It reads a file again after it has changed, so
// new runs, and rounds of a run in progress, appear by themselves.
//
// It only reads, and what it reads may come from anybody: texts are never markup, files
// are regular ones within bounds, and requests wait for memory rather than take more.
// What is wrong with a run is said in its row. It opens no path outside of the folder
// and follows no link out of it, except that pprof's source page shows the source files
// that a profile names. It does not know how a run is made or
// what a report says. It does not check who may ask: [profiles.ServeUI] checks Host
// and Origin.
package view

import (
	"embed"
	"html/template"
	"net/http"

	"golang.org/x/sync/singleflight"

	"collatebench/results/history"
)

//go:embed pages/*.html
var pageFiles embed.FS

// pages are the bodies of this package's own pages.
var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// Bounds of the caches. A page is up to 3 MB, and one of pprof's interfaces takes a
// megabyte for the default matrix.
const (
	pagesKept = 16
	uisKept   = 32
)

// A server serves one folder of runs.
type server struct {
	root  string // the folder, which need not exist
	mux   *http.ServeMux
	lists singleflight.Group
	rows  rows
	past  records
	ids   idList
	pages *cache[[]byte] // reports and comparisons
	uis   *cache[ui]     // pprof's interfaces, by profile and base

	histories *cache[history.History] // one, of which the page and the answer for programs are made

	places *places // for requests in work
	memory memory  // for what they read and make
}

// Handler serves the runs folder root, which need not exist yet. Mount it at / of a
// server of its own.
func Handler(root string) http.Handler {
	s := &server{
		root:  root,
		mux:   http.NewServeMux(),
		pages: newCache[[]byte](pagesKept).within(pagesMemory, func(page []byte) int64 { return int64(len(page)) }),
		uis:   newCache[ui](uisKept).within(uisMemory, func(u ui) int64 { return u.pageMemory }),

		histories: newCache[history.History](1),

		places: newPlaces(),
		memory: newMemory(),
	}
	// A large profile waits for memory: it must not keep the small ones from being made.
	s.uis.slots = make(chan struct{}, inWork)
	for _, route := range routes {
		s.mux.Handle(route.pattern, s.answer(route.serve, route.streams))
	}
	return s
}
