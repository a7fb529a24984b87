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
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // addresses are full of &
	err := encoder.Encode(newEntry(e))
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	size := int64(text.Len()) + 2
	if w.err != nil || w.size+size > w.limit {
		w.hidden++
		return
	}
	var b bytes.Buffer
	if w.entries > 0 {
		b.WriteByte(',')
	}
	b.WriteByte('\n')
	b.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	at := int64(b.Len())
	b.WriteString(tail)
	if _, err := w.file.WriteAt(b.Bytes(), w.end); err != nil {
		w.takeBack()
		w.err = err
		w.hidden++
		return
	}
	w.end += at
	w.size += at
	w.entries++
}

// takeBack removes what was written of an exchange on a disk that was full in the middle of it. The
// end needs no room: it was there before.
func (w *Writer) takeBack() {
	if _, err := w.file.WriteAt([]byte(tail), w.end); err == nil {
		_ = w.file.Truncate(w.end + int64(len(tail))) // else Open reads what is before
	}
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

// reserve takes room on the disk; false if there is none. Bodies that turn out to be there already give
// theirs back: so another exchange may find room later.
func (w *Writer) reserve(n int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil || w.size+n > w.limit {
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

// keep writes a body's file by write, once for each digest; write says false if there is no room.
// When keep returns true the file is there, whoever wrote it: an exchange must not be written before
// its body.
func (w *Writer) keep(d Digest, write func() (bool, error)) bool {
	for {
		w.mu.Lock()
		done, there := w.kept[d]
		if !there {
			done = make(chan struct{})
			w.kept[d] = done
		}
		w.mu.Unlock()
		if there {
			<-done
			w.mu.Lock()
			there = w.kept[d] == done
			w.mu.Unlock()
			if there {
				return true
			}
			continue // it was not written: perhaps this one has room
		}
		ok, err := write()
		if err != nil {
			w.fail(err)
		}
		if !ok || err != nil {
			w.mu.Lock()
			delete(w.kept, d)
			w.mu.Unlock()
		}
		close(done)
		return ok && err == nil
	}
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
