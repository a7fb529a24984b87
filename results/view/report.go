package view

import (
	"fmt"
	"net/http"

	"collatebench/results"
	"collatebench/results/report"
)

// report shows the report of a run, made in memory. That of a run in progress
// is made of what there is, and made anew once there is more.
func (s *server) report(w http.ResponseWriter, r *http.Request) error {
	run, err := s.open(r.PathValue("id"))
	if err != nil {
		return err
	}
	defer run.close()
	if !inFolder(w, r) {
		return nil
	}
	loaded, version, err := run.loadWhole()
	if err != nil {
		return err
	}
	page, err := s.pages.get(fmt.Sprintf("%q", run.id), version, func() ([]byte, error) {
		links, err := progressLinks(run.id, loaded)
		if err != nil {
			return nil, err
		}
		return sheltered(func() ([]byte, error) { return report.HTML(loaded, links) })
	})
	if err != nil {
		return err
	}
	writePage(w, http.StatusOK, page)
	return nil
}

// loadWhole reads a run of which everything may be asked for, and the version
// of all its files. It refuses one that has something odd in it: what is read
// by path would follow it.
func (r *run) loadWhole() (*results.Run, string, error) {
	version := r.version(infoName)
	loaded, err := r.load()
	if err != nil {
		return nil, "", err
	}
	cells := cellsOf(loaded.Info())
	version += r.version(r.names(cells)[1:]...)
	_, odd := r.files(cells)
	return loaded, version, odd
}

// progressLinks is nav, with how far the run has come while it is in progress.
func progressLinks(id string, loaded *results.Run) ([]report.Link, error) {
	links := nav(id)
	if loaded.Info().State != results.Running {
		return links, nil
	}
	p, err := loaded.Progress()
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("In progress: %d of %d samples", p.Samples, p.Of)
	return append(links, report.Link{Text: text, To: "/"}), nil
}
