package view

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"

	"collatebench/internal/boundedfile"
	"collatebench/profiles"
	"collatebench/profiles/diagnose"
	"collatebench/results/report"
)

// diagnosis shows what the trace of a cell says of its process, as diagnose --html does.
func (s *server) diagnosis(w http.ResponseWriter, r *http.Request) error {
	t, err := s.traced(r)
	if err != nil {
		return err
	}
	defer t.folder.close()
	page, err := s.pages.get(fmt.Sprintf("%q %q diagnosis", t.folder.id, t.cell), t.version(), func() ([]byte, error) {
		return s.diagnosed(t, diagnose.Options{}, func(d diagnose.Report) ([]byte, error) {
			return report.Diagnosis(d, nav(t.folder.id))
		})
	})
	if err != nil {
		return err
	}
	writePage(w, http.StatusOK, page)
	return nil
}

// perfetto sends the lanes of a cell's trace as a file for ui.perfetto.dev. That page can't
// fetch it from here: nothing of this server may be read by another origin.
func (s *server) perfetto(w http.ResponseWriter, r *http.Request) error {
	t, err := s.traced(r)
	if err != nil {
		return err
	}
	defer t.folder.close()
	lanes, err := s.diagnosed(t, diagnose.Options{AllLanes: true}, func(d diagnose.Report) ([]byte, error) {
		var b bytes.Buffer
		err := d.WritePerfetto(&b)
		return b.Bytes(), err
	})
	if err != nil {
		return err
	}
	name := savedName(t.folder.id, t.cell+"/perfetto.json")
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, _ = w.Write(lanes) // an error means that the browser has gone
	return nil
}

// traced finds the trace that a request names.
func (s *server) traced(r *http.Request) (*mount, error) {
	folder, err := s.open(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	t, err := folder.find(r.PathValue("cell"), profiles.Trace)
	if err != nil {
		folder.close()
	}
	return t, err
}

// diagnosed reads a trace, with the memory that it may take borrowed, and makes something of it.
func (s *server) diagnosed(t *mount, o diagnose.Options, make func(diagnose.Report) ([]byte, error)) ([]byte, error) {
	f, err := boundedfile.OpenIn(t.folder.dir, t.file(), maxTrace)
	if err != nil {
		return nil, unreadable(t, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	o.Subject = t.title()
	return borrowing(s.memory, diagnoseMemory+traceMemory*info.Size(), func() ([]byte, error) {
		return catchPanic(func() ([]byte, error) {
			d, err := diagnose.Read(f, o)
			if err != nil {
				return nil, unreadable(t, err)
			}
			return make(d)
		})
	})
}
