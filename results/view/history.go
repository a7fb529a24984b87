package view

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"collatebench/results/history"
	"collatebench/results/report"
)

// records keeps what each run adds to the history until its files change: to read 500
// ledgers of the default matrix takes seconds.
type records struct {
	mu   sync.Mutex
	byID map[string]keptRecord
}

type keptRecord struct {
	version string
	record  history.Record
}

// history shows each cell over all runs.
func (s *server) history(w http.ResponseWriter, _ *http.Request) error {
	page, err := s.made("history", func(h history.History) ([]byte, error) {
		return report.History(h, nav(""), func(id string) string { return runPath(id) })
	})
	if err == nil {
		writePage(w, http.StatusOK, page)
	}
	return err
}

// historyJSON is the history for programs.
func (s *server) historyJSON(w http.ResponseWriter, _ *http.Request) error {
	text, err := s.made("history.json", func(h history.History) ([]byte, error) {
		out, err := json.MarshalIndent(h, "", "  ")
		return append(out, '\n'), err
	})
	if err == nil {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text) // an error means that the browser has gone
	}
	return err
}

// made returns what was made of the history as the folder is now, or makes it.
func (s *server) made(name string, make func(history.History) ([]byte, error)) ([]byte, error) {
	kept, err := s.readRecords()
	if err != nil {
		return nil, err
	}
	var version strings.Builder
	var of []history.Record
	for _, k := range kept {
		version.WriteString(k.record.ID + "\n" + k.version)
		of = append(of, k.record)
	}
	return s.pages.get(name, version.String(), func() ([]byte, error) {
		return catchPanic(func() ([]byte, error) {
			h, err := s.histories.get("", version.String(), func() (history.History, error) { return history.New(of), nil })
			if err != nil {
				return nil, err
			}
			return make(h)
		})
	})
}

// readRecords reads those runs again that have changed.
func (s *server) readRecords() ([]keptRecord, error) {
	ids, err := s.ids.list(s.root)
	if err != nil {
		return nil, err
	}
	ids = ids[:min(len(ids), history.MaxRuns+1)] // one more, so that the page says that there are more
	fresh := make([]keptRecord, len(ids))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, id := range ids {
		g.Go(func() error {
			fresh[i] = s.readRecord(id)
			return nil
		})
	}
	_ = g.Wait() // a run's error is in its record
	byID := make(map[string]keptRecord, len(ids))
	for i, id := range ids {
		byID[id] = fresh[i]
	}
	s.past.mu.Lock()
	defer s.past.mu.Unlock()
	s.past.byID = byID
	return fresh, nil
}

func (s *server) readRecord(id string) keptRecord {
	f, err := openRunFolder(s.root, id)
	if err != nil {
		return keptRecord{record: history.LeftOut(id, time.Time{}, "it can't be read: "+err.Error())}
	}
	defer f.close()
	version := f.version(infoName, ledgerName)
	s.past.mu.Lock()
	k, ok := s.past.byID[id]
	s.past.mu.Unlock()
	if ok && k.version == version {
		return k
	}
	record, err := borrowing(s.memory, f.rowMemory(), func() (history.Record, error) {
		return catchPanic(func() (history.Record, error) {
			run, err := f.load()
			if err != nil {
				return history.Record{}, err
			}
			return history.Read(id, run), nil
		})
	})
	if err != nil {
		record = history.LeftOut(id, time.Time{}, "it can't be read: "+err.Error())
	}
	return keptRecord{version, record}
}
