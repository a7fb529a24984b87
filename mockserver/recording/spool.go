package recording

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/zeebo/xxh3"
)

// A spool holds a body between the upstream, which fills it at its own speed, and the program, which
// reads it at its own: so it shows which of the two was slower. It holds what fits in memory, and the
// rest in a file of the recording.
type spool struct {
	w    *Writer
	pool *chunks

	mu     sync.Mutex
	change sync.Cond // more has come, or was read
	memory [][]byte  // from offset base on; all chunks but the last are full
	base   int64     // bytes before those in memory that are in no file: only where nothing is kept
	file   *os.File  // with all that has come, in place of memory; nil while that is enough
	size   int64
	read   int64
	hash   xxh3.Hasher128
	err    error           // of the upstream; io.EOF at a whole end
	ctx    context.Context // the program's request
	gone   bool            // it had ended when err came: then that is of the program's doing
	left   bool            // the program wants no more
	loose  bool            // there is no room on the disk: it is passed on, and not kept

	reserved int64 // bytes of the disk's room that it has taken
}

func newSpool(ctx context.Context, w *Writer, pool *chunks) *spool {
	s := &spool{w: w, pool: pool, ctx: ctx}
	s.change.L = &s.mu
	return s
}

// chunkSize, bytes. A read from a socket seldom returns more.
const chunkSize = 64 << 10

// chunks are the pieces of memory of all bodies in flight.
type chunks struct {
	free chan []byte
	mu   sync.Mutex
	left int // that may still be made
}

func newChunks(bytes int) *chunks {
	n := max(1, bytes/chunkSize)
	return &chunks{free: make(chan []byte, n), left: n}
}

// get returns nil if the memory is used up.
func (c *chunks) get() []byte {
	select {
	case b := <-c.free:
		return b[:0]
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left == 0 {
		return nil
	}
	c.left--
	return make([]byte, 0, chunkSize)
}

// put takes a chunk back. One more than there may be, which a body had made for itself, is let go.
func (c *chunks) put(b []byte) {
	select {
	case c.free <- b:
	default:
	}
}

// fill takes the body in until its end, and tells of each piece.
func (s *spool) fill(from io.Reader, piece func(n int)) {
	var own []byte // where there is a file
	for {
		into, offset := s.room(&own)
		if into == nil {
			return // the program has left
		}
		n, err := from.Read(into)
		if n > 0 {
			piece(n)
			s.hash.Write(into[:n])
		}
		if s.take(into[:n], offset, err) != nil {
			return
		}
	}
}

// room returns where the next bytes go: the last chunk's end, or memory of its own for the file at
// an offset.
func (s *spool) room(own *[]byte) (into []byte, offset int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if s.left {
			return nil, 0
		}
		if s.file != nil && s.loose { // it must not grow: what is in it is read first
			if s.read < s.size {
				s.change.Wait()
			} else {
				s.unspill()
			}
			continue
		}
		if s.file != nil {
			if *own == nil {
				*own = make([]byte, chunkSize)
			}
			return *own, s.size
		}
		if n := len(s.memory); n > 0 && len(s.memory[n-1]) < chunkSize {
			last := s.memory[n-1]
			return last[len(last):chunkSize], s.size
		}
		if b := s.pool.get(); b != nil {
			s.memory = append(s.memory, b)
			continue
		}
		if s.spill() {
			continue
		}
		// Nothing can be kept: only what the program has read makes room.
		s.loose = true
		if !s.drop() && len(s.memory) > 0 {
			s.change.Wait()
		} else if len(s.memory) == 0 {
			s.memory = append(s.memory, make([]byte, 0, chunkSize)) // each body has one
		}
	}
}

// drop gives back the chunks that were read whole.
func (s *spool) drop() bool {
	dropped := false
	for len(s.memory) > 0 && s.read >= s.base+int64(len(s.memory[0])) && len(s.memory[0]) == chunkSize {
		s.base += chunkSize
		s.pool.put(s.memory[0])
		s.memory, dropped = s.memory[1:], true
	}
	return dropped
}

// take adds what was read into the last chunk, or writes it to the file.
func (s *spool) take(b []byte, offset int64, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change.Broadcast()
	if s.file != nil {
		s.loose = !s.reserve(int64(len(b))) // this piece is written all the same: the program waits for it
		if _, bad := s.file.WriteAt(b, offset); bad != nil {
			s.w.fail(bad)
			err = errors.Join(errSpool, bad)
		}
	} else if n := len(s.memory); n > 0 {
		s.memory[n-1] = s.memory[n-1][:len(s.memory[n-1])+len(b)]
	}
	s.size += int64(len(b))
	if err != nil { // noted before a reader can see it: who reads an error leaves
		s.err, s.gone = err, s.ctx.Err() != nil
	}
	return s.err
}

// errSpool is of a disk that can't be written: the program does not get the rest.
var errSpool = errors.New("the recording's disk refuses what does not fit in memory")

// spill moves the body from memory to a file; false if there is no room for it.
func (s *spool) spill() bool {
	if s.loose || s.base > 0 || !s.reserve(s.size) {
		return false
	}
	f, err := s.staged()
	if err != nil {
		s.w.fail(err)
		s.release()
		return false
	}
	for _, b := range s.memory {
		s.pool.put(b)
	}
	s.memory, s.file = nil, f
	return true
}

// unspill goes on in memory once the program has read the file, and gives back its room.
func (s *spool) unspill() {
	s.file.Close()
	os.Remove(s.file.Name())
	s.file, s.base = nil, s.size
	s.release()
}

func (s *spool) reserve(n int64) bool {
	ok := s.w.reserve(n)
	if ok {
		s.reserved += n
	}
	return ok
}

func (s *spool) release() {
	s.w.release(s.reserved)
	s.reserved = 0
}

// staged is a file with what is in memory, for its owner alone, under a name that no recording has.
func (s *spool) staged() (*os.File, error) {
	f, err := os.CreateTemp(filepath.Join(s.w.folder, bodiesName), ".part-*")
	if err != nil {
		return nil, err
	}
	for _, b := range s.memory {
		if _, err := f.Write(b); err != nil {
			f.Close()
			os.Remove(f.Name())
			return nil, err
		}
	}
	return f, nil
}

// Read returns what has come, and waits for it.
func (s *spool) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.read == s.size && s.err == nil && !s.left {
		s.change.Wait()
	}
	if s.read == s.size || s.left {
		return 0, s.ended()
	}
	n := int(min(int64(len(p)), s.size-s.read))
	if s.file != nil {
		f, at := s.file, s.read
		s.mu.Unlock()
		m, err := f.ReadAt(p[:n], at)
		s.mu.Lock()
		if m == 0 {
			return 0, errors.Join(errSpool, err)
		}
		n = m
	} else {
		at := s.read - s.base
		n = copy(p[:n], s.memory[at/chunkSize][at%chunkSize:])
	}
	s.read += int64(n)
	s.change.Broadcast()
	return n, nil
}

func (s *spool) ended() error {
	if s.err == nil {
		return io.ErrClosedPipe
	}
	return s.err
}

// Close says that the program wants no more.
func (s *spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = true
	s.change.Broadcast()
	return nil
}

// settle keeps a body that has come, also one that was cut off, and returns it; false if it is not
// kept. Only fill's caller may call it, once fill has returned. A reader may still be at work.
func (s *spool) settle(failed Failure) (Body, bool) {
	s.mu.Lock()
	size, loose, file := s.size, s.loose, s.file
	s.mu.Unlock()
	switch {
	case failed == Left || loose:
		if file != nil {
			os.Remove(file.Name())
			s.release()
		}
		return Body{Size: size}, failed == Left
	case size == 0:
		return Body{}, true
	}
	b := Body{s.hash.Sum128().Bytes(), size}
	wrote := false
	ok := s.w.keep(b.Digest, func() (bool, error) {
		wrote = true
		return s.write(file, size, b.Digest)
	})
	if !wrote && file != nil { // it is there already
		os.Remove(file.Name())
		s.release()
	}
	return b, ok
}

// write gives the body's file its name, after it has made one of what is only in memory; false if
// there is no room for it.
func (s *spool) write(file *os.File, size int64, d Digest) (bool, error) {
	if file == nil {
		if !s.w.reserve(size) {
			return false, nil
		}
		var err error
		if file, err = s.staged(); err != nil {
			return false, err
		}
		defer file.Close()
	}
	return true, os.Rename(file.Name(), filepath.Join(s.w.folder, filepath.FromSlash(bodyFile(d))))
}

// free gives back what the spool holds. Nobody may read from it any more.
func (s *spool) free() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = true
	for _, b := range s.memory {
		s.pool.put(b)
	}
	s.memory = nil
	if s.file != nil {
		s.file.Close()
	}
}
