package recording

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"

	"collatebench/internal/spell"
)

// A Writer writes a recording's folder as exchanges end. At any moment the file is a whole HAR:
// each exchange is written together with the file's end, over the end before. A kill in the middle
// of that leaves the exchanges before it, which [Open] reads.
type Writer struct {
	folder  string
	secrets Secrets

	mu      sync.Mutex
	file    *os.File
	end     int64                    // where the next exchange is written
	kept    map[Digest]chan struct{} // closed once the body's file is there
	size    int64                    // bytes on disk, with what is being written
	limit   int64
	full    bool
	entries int
	hidden  int   // exchanges that were not kept
	err     error // the first: after it nothing is kept
}

// Options say what is written.
type Options struct {
	Upstream string // where the exchanges go
	Secrets  Secrets
	Limit    int64 // bytes of the folder at most; 0 means 2 GiB
}

const defaultLimit = 2 << 30

// tail ends the file.
const tail = "\n]}}\n"

// Create begins a recording in a folder that is not there yet, or is empty. Folder and files are
// for their owner alone.
func Create(folder string, o Options) (*Writer, error) {
	if err := empty(folder); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(folder, bodiesName), 0o700); err != nil {
		return nil, err
	}
	if o.Limit == 0 {
		o.Limit = defaultLimit
	}
	o.Secrets.salt = make([]byte, 16)
	rand.Read(o.Secrets.salt)
	f, err := os.OpenFile(filepath.Join(folder, harName), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	w := &Writer{folder: folder, secrets: o.Secrets, file: f, kept: map[Digest]chan struct{}{}, limit: o.Limit}
	if err := w.begin(o); err != nil {
		f.Close()
		return nil, err
	}
	return w, nil
}

// empty refuses a folder that has something in it: a recording must not mix with another.
func empty(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s: not empty: a recording needs a folder of its own", folder)
	}
	return err
}

func (w *Writer) begin(o Options) error {
	own, err := json.Marshal(head{Upstream: o.Upstream, Salt: o.Secrets.salt})
	if err != nil {
		return err
	}
	text := fmt.Sprintf("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"collatebench\",\"version\":%q},%q:%s,\"entries\":[", version(), ownName, own)
	if _, err := w.file.WriteAt([]byte(text+tail), 0); err != nil {
		return err
	}
	w.end = int64(len(text))
	w.size = w.end
	return nil
}

// Add writes an exchange whose body is kept already, or that has none. Its secrets are left out.
func (w *Writer) Add(e Exchange) {
	e.RequestHeader, e.Header, e.Trailer = w.secrets.header(e.RequestHeader), w.secrets.header(e.Header), w.secrets.header(e.Trailer)
	e.URL = w.written(e.URL)
	if at := e.Header.Get("Location"); at != "" { // with a query of its own
		if u, err := url.Parse(at); err == nil {
			e.Header = e.Header.Clone()
			e.Header.Set("Location", w.written(u).String())
		}
	}
	text, err := json.Marshal(newEntry(e))
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	size := int64(len(text)) + 2
	if w.err != nil || w.full || w.size+size > w.limit {
		w.full = w.full || w.err == nil
		w.hidden++
		return
	}
	var b bytes.Buffer
	if w.entries > 0 {
		b.WriteByte(',')
	}
	b.WriteByte('\n')
	b.Write(text)
	at := int64(b.Len())
	b.WriteString(tail)
	if _, err := w.file.WriteAt(b.Bytes(), w.end); err != nil {
		w.err = err
		w.hidden++
		return
	}
	w.end += at
	w.size += at
	w.entries++
}

// written is an address as it is written.
func (w *Writer) written(u *url.URL) *url.URL {
	v := *u
	v.User, v.Fragment = nil, ""
	v.RawQuery = w.secrets.query(v.RawQuery)
	return &v
}

// Hide counts an exchange that is passed on and not kept.
func (w *Writer) Hide() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hidden++
}

// Full says that nothing more is kept: the limit is reached, or the disk refused.
func (w *Writer) Full() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.full || w.err != nil
}

// reserve takes room on the disk; false if there is none.
func (w *Writer) reserve(n int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil || w.full || w.size+n > w.limit {
		w.full = w.full || w.err == nil
		return false
	}
	w.size += n
	return true
}

func (w *Writer) release(n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.size -= n
}

// keep writes a body's file by write, once for each digest. When it returns the file is there, whoever
// wrote it: an exchange must not be written before its body.
func (w *Writer) keep(d Digest, write func() error) {
	w.mu.Lock()
	done, there := w.kept[d]
	if !there {
		done = make(chan struct{})
		w.kept[d] = done
	}
	w.mu.Unlock()
	if there {
		<-done
		return
	}
	if err := write(); err != nil {
		w.fail(err)
	}
	close(done)
}

// fail notes the first error of writing; the program is served all the same.
func (w *Writer) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
}

// Close ends the recording. Its error is the first one of writing.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.file.Sync()
	if e := w.file.Close(); err == nil {
		err = e
	}
	if w.err != nil {
		return fmt.Errorf("%s: %w; the first %s are kept", w.folder, w.err, spell.Plural(w.entries, "exchange"))
	}
	return err
}

// Kept is how many exchanges are written, and how many were passed on and not kept.
func (w *Writer) Kept() (kept, hidden int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.entries, w.hidden
}

// version is that of this program, as its build tells it.
func version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "unknown"
}
