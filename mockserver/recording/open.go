package recording

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/zeebo/xxh3"

	"collatebench/internal/spell"
)

// A Recording is exchanges that were recorded, in the order in which they began.
type Recording struct {
	Path      string
	Exchanges []Exchange
	// Whole says that the file came to its end. One whose writer was killed has all exchanges but
	// those that were in work.
	Whole bool
	Salt  []byte // of the values that are hashed; none in what another program wrote
	// Upstream is the base URL whose exchanges these are; "" in what another program wrote.
	Upstream string
	// Digest is of the file, and of the digests of all bodies.
	Digest Digest

	folder string
	inside map[Digest][]byte
	files  map[Digest]string
	left   int64 // bytes that may still be read
}

// maxInside, bytes: what one file of JSON may hold, with its bodies inside.
const maxInside = 2 << 30

// Open reads a recording's folder, or a file in HAR: of a browser, mitmproxy or Playwright as well,
// if it was saved with the bodies. It reads no body that stands in a file of its own.
func Open(path string) (*Recording, error) {
	r := &Recording{Path: path, folder: filepath.Dir(path), inside: map[Digest][]byte{}, files: map[Digest]string{}, left: maxInside}
	file := path
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.IsDir() {
		r.folder, file = path, filepath.Join(path, harName)
	}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no recording: it has no %s", path, harName)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	var all xxh3.Hasher128
	text := bufio.NewReaderSize(io.TeeReader(io.LimitReader(f, maxInside), &all), 1<<20)
	if err := r.read(text); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := io.Copy(io.Discard, text); err != nil { // what follows the end
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, e := range r.Exchanges {
		all.Write(e.Body.Digest[:])
	}
	r.Digest = all.Sum128().Bytes()
	slices.SortStableFunc(r.Exchanges, func(a, b Exchange) int { return a.Began.Compare(b.Began) })
	return r, nil
}

// read reads {"log": {..., "entries": [...]}}, entry by entry: a file that was cut off has those
// before.
func (r *Recording) read(from io.Reader) error {
	d := json.NewDecoder(from)
	found, err := r.seek(d, "log")
	if err == nil && found {
		found, err = r.seek(d, "entries")
	}
	if err != nil || !found {
		if err != nil && !cut(err) {
			return fmt.Errorf("not a HAR: %w", err)
		}
		return errors.New("not a HAR: no log with entries")
	}
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.New("not a HAR: entries is no list")
	}
	for n := 1; d.More(); n++ {
		var e entry
		if err := d.Decode(&e); err != nil {
			if cut(err) {
				return nil // the one in work when the writer was killed
			}
			return fmt.Errorf("entry %d: %w", n, err)
		}
		if err := r.add(e); err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
	}
	r.Whole = ends(d, 3)
	return nil
}

// ends says that so many lists and objects come to their end.
func ends(d *json.Decoder, depth int) bool {
	for depth > 0 {
		t, err := d.Token()
		if err != nil {
			return false
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return true
}

// cut says that the JSON ends too soon.
func cut(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) }

// seek goes to the value of a name in the object that comes next, and keeps what it finds of our
// own on the way.
func (r *Recording) seek(d *json.Decoder, name string) (bool, error) {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false, err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return false, err
		}
		switch t {
		case name:
			return true, nil
		case ownName:
			var h head
			if err := d.Decode(&h); err != nil {
				return false, err
			}
			r.Salt, r.Upstream = h.Salt, h.Upstream
		default:
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// head is what a recording of ours says of itself, before its entries.
type head struct {
	Upstream string `json:"upstream"`
	Salt     []byte `json:"salt"`
}

const ownName = "_collatebench"

func (r *Recording) add(n entry) error {
	e, inside, file, err := n.exchange()
	if err != nil {
		return err
	}
	switch {
	case inside != nil:
		e.Body = Body{DigestOf(inside), int64(len(inside))}
		r.inside[e.Body.Digest] = inside
	case file != "" && e.Body.Digest.IsZero():
		return r.addFile(e, file)
	case file != "":
		path, ok := local(r.folder, file)
		if !ok {
			return fmt.Errorf("its body %q is not in the folder", file)
		}
		r.files[e.Body.Digest] = path
	}
	r.Exchanges = append(r.Exchanges, e)
	return nil
}

// addFile adds an exchange of which another program keeps the body beside the file.
func (r *Recording) addFile(e Exchange, file string) error {
	path, ok := local(r.folder, file)
	if !ok {
		return fmt.Errorf("its body %q is not in the folder", file)
	}
	b, err := readAtMost(path, r.left)
	if err != nil {
		return err
	}
	r.left -= int64(len(b))
	e.Body = Body{DigestOf(b), int64(len(b))}
	r.files[e.Body.Digest] = path
	r.Exchanges = append(r.Exchanges, e)
	return nil
}

// Body reads a body. It fails if the file is no longer what was recorded.
func (r *Recording) Body(b Body) ([]byte, error) {
	if b.Digest.IsZero() {
		return nil, nil
	}
	if inside, ok := r.inside[b.Digest]; ok {
		return inside, nil
	}
	path, ok := r.files[b.Digest]
	if !ok {
		return nil, fmt.Errorf("%s: no body %v", r.Path, b.Digest)
	}
	text, err := readAtMost(path, b.Size)
	if err == nil && DigestOf(text) != b.Digest {
		err = fmt.Errorf("%s: not what was recorded: its digest is another", path)
	}
	return text, err
}

// readAtMost reads a regular file of at most so many bytes.
func readAtMost(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%s: not a file of at most %s", path, spell.Bytes(float64(limit)))
	}
	b := make([]byte, info.Size())
	_, err = io.ReadFull(f, b)
	return b, err
}
