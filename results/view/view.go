// Package view serves the runs of one folder to a browser: the list of runs
// with verdict and progress, each run's report, two runs compared, pprof's web
// interface for every profile and any other as its diff base, and every raw
// file. What is asked for is read anew where its files have changed, so that
// new runs, and rounds of a run in progress, appear by themselves.
//
// It only reads, keeps a bounded number of pages in memory, and takes no path
// and follows no link out of the folder. Whatever stands in that folder may
// come from elsewhere: it is shown as text. Package view does not know how a
// run is made, what a report says, or who may ask: [profiles.ServeUI] checks
// Host and Origin.
package view

import (
	"net/http"

	"golang.org/x/sync/singleflight"
)

// Bounds of what is kept: of pages, which are up to 3 MB each, and of pprof's
// interfaces, which take a megabyte each for the default matrix.
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
	pages *cache[[]byte]       // reports and comparisons
	uis   *cache[http.Handler] // pprof's, by profile and base
}

// Handler serves the runs folder root, which need not exist yet. It is to be
// mounted at / of a server of its own.
func Handler(root string) http.Handler {
	s := &server{
		root:  root,
		mux:   http.NewServeMux(),
		pages: newCache[[]byte](pagesKept),
		uis:   newCache[http.Handler](uisKept),
	}
	for _, route := range routes {
		s.mux.Handle(route.pattern, s.answer(route.serve))
	}
	return s
}
