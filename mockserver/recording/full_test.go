//go:build linux || darwin

package recording_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"collatebench/internal/filelimit"
	"collatebench/mockserver/recording"
)

// TestFullDisk: a recording whose disk is full in the middle of an exchange is a whole HAR with
// those before it.
func TestFullDisk(t *testing.T) {
	if !filelimit.Alone(t) {
		return
	}
	folder := filepath.Join(t.TempDir(), "recording")
	w, err := recording.Create(folder, recording.Options{Upstream: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	add := func() {
		w.Add(recording.Exchange{
			Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1", Path: "/x"}, Status: http.StatusOK,
			Header: http.Header{"X-Long": {strings.Repeat("x", 1000)}}, Began: time.Now(),
		})
	}
	_ = filelimit.While(4096, func() error {
		for range 6 {
			add()
		}
		return nil
	})
	add() // after the first error nothing is kept
	kept, hidden := w.Kept()
	if err := w.Close(); !errors.Is(err, syscall.EFBIG) || kept == 0 || kept+hidden != 7 {
		t.Errorf("%v: %d kept, %d not", err, kept, hidden)
	}
	text, err := os.ReadFile(filepath.Join(folder, "exchanges.har"))
	if err != nil {
		t.Fatal(err)
	}
	var har struct{ Log struct{ Entries []any } }
	if err := json.Unmarshal(text, &har); err != nil || len(har.Log.Entries) != kept {
		t.Errorf("%v: %d of %d exchanges in %q", err, len(har.Log.Entries), kept, text)
	}
}
