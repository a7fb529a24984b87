package view

import (
	"fmt"
	"net/http"

	"collatebench/results"
	"collatebench/results/report"
)

// report shows the report of a run. It makes the page in memory. For a run in
// progress it makes a new page whenever the files have changed.
func (s *server) report(w http.ResponseWriter, r *http.Request) error {
	folder, err := s.open(r.PathValue("id"))
	if err != nil {
		return err
	}
	defer folder.close()
	if !inFolder(w, r) {
		return nil
	}
	run, version, need, err := folder.loadWhole()
	if err != nil {
		return err
	}
	page, err := s.pages.get(fmt.Sprintf("%q", folder.id), version, func() ([]byte, error) {
		return borrowing(s.memory, need, func() ([]byte, error) {
			links, err := progressLinks(folder.id, run)
			if err != nil {
				return nil, err
			}
			return catchPanic(func() ([]byte, error) { return report.HTML(run, links) })
		})
	})
	if err != nil {
		return err
	}
	writePage(w, http.StatusOK, page)
	return nil
}

// loadWhole reads a run of which any file may be needed, and the version of all its
// files. need is the memory that its report may take. It refuses a run with a file that
// is not regular.
func (f *runFolder) loadWhole() (run *results.Run, version string, need int64, err error) {
	version = f.version(infoName)
	if run, err = f.load(); err != nil {
		return nil, "", 0, err
	}
	cells := cellsOf(run.Info())
	version += f.version(f.fileNames(cells)[1:]...)
	files, odd := f.files(cells)
	return run, version, pageMemory(files), odd
}

// progressLinks is nav and, for a run in progress, how far it has come.
func progressLinks(id string, run *results.Run) ([]report.Link, error) {
	links := nav(id)
	if run.Info().State != results.Running {
		return links, nil
	}
	p, err := run.Progress()
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("In progress: %d of %d samples", p.Samples, p.Planned)
	return append(links, report.Link{Text: text, To: "/"}), nil
}
