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
// rest in a file of the recording, of which the end is in memory too: a program that keeps up is
// given that.
type spool struct {
	w    *Writer
	pool *chunks

	mu     sync.Mutex
	change sync.Cond // more has come, or was read
	memory [][]byte  // from offset base on; all chunks but the last are full
	base   int64     // bytes before those in memory: they are in the file, or were read and are nowhere
	file   *os.File  // nil while memory is enough
	stored int64     // bytes that are in the file
	size   int64
	read   int64
	held   []byte // the chunk that is being written to the program
	let    bool   // it is in memory no more: who holds it gives it back
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
	mu   sync.Mutex
	free [][]byte
	left int // that may still be made; below 0 so many are more than there may be
}

func newChunks(bytes int) *chunks { return &chunks{left: max(1, bytes/chunkSize)} }

// get returns nil if the memory is used up.
func (c *chunks) get() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.free); n > 0 {
		b := c.free[n-1]
		c.free = c.free[:n-1]
		return b[:0]
	}
	if c.left <= 0 {
		return nil
	}
	c.left--
	return make([]byte, 0, chunkSize)
}

// more returns one all the same: each body has some, or it would not pass.
func (c *chunks) more() []byte {
	if b := c.get(); b != nil {
		return b
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left--
	return make([]byte, 0, chunkSize)
}

// put takes a chunk back.
func (c *chunks) put(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left < 0 {
		c.left++
		return
	}
	c.free = append(c.free, b)
}

// fill takes the body in until its end, and tells of each piece.
func (s *spool) fill(from io.Reader, piece func(n int)) {
	for {
		into := s.room()
		if into == nil {
			return // the program has left
		}
		n, err := from.Read(into)
		if n > 0 {
			piece(n)
			s.hash.Write(into[:n])
		}
		if s.take(n, err) != nil {
			return
		}
	}
}

// room returns where the next bytes go: the last chunk's end.
func (s *spool) room() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		n := len(s.memory)
		switch {
		case s.left:
			return nil
		case s.file != nil && s.loose: // it must not grow: what is in it is read first
			if s.read < s.size {
				s.change.Wait()
			} else {
				s.unspill()
			}
			continue
		case n > 0 && len(s.memory[n-1]) < chunkSize:
			last := s.memory[n-1]
			return last[len(last):chunkSize]
		case s.file != nil && n >= keptChunks: // all is in the file
			b := s.first()
			if b == nil {
				b = s.pool.more()
			}
			s.memory = append(s.memory, b[:0])
			continue
		}
		if b := s.pool.get(); b != nil {
			s.memory = append(s.memory, b)
			continue
		}
		if s.file != nil || s.spill() {
			if len(s.memory) < keptChunks {
				s.memory = append(s.memory, s.pool.more())
			}
			continue
		}
		// Nothing can be kept: only what the program has read makes room.
		s.loose = true
		if !s.drop() && len(s.memory) > 0 {
			s.change.Wait()
		} else if len(s.memory) == 0 {
			s.memory = append(s.memory, s.pool.more())
		}
	}
}

// keptChunks of a body that is in a file are in memory too: one that comes, and one that goes.
const keptChunks = 2

// first takes the first chunk out of memory; nil if it is being written to the program, which then
// gives it back.
func (s *spool) first() []byte {
	b := s.memory[0]
	s.base += int64(len(b))
	s.memory = s.memory[1:]
	if s.held != nil && &b[:1][0] == &s.held[0] {
		s.let = true
		return nil
	}
	return b
}

// release gives the first chunk back.
func (s *spool) release() {
	if b := s.first(); b != nil {
		s.pool.put(b)
	}
}

// drop gives back the chunks that were read whole.
func (s *spool) drop() bool {
	dropped := false
	for len(s.memory) > 0 && s.read >= s.base+int64(len(s.memory[0])) && len(s.memory[0]) == chunkSize {
		s.release()
		dropped = true
	}
	return dropped
}

// take adds what was read into the last chunk. Where there is a file, a full chunk goes into it, once
// the program may have it: the disk is not what it waits for.
func (s *spool) take(n int, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := len(s.memory); n > 0 {
		s.memory[k-1] = s.memory[k-1][:len(s.memory[k-1])+n]
		s.size += int64(n)
		s.change.Broadcast()
	}
	if s.file != nil && (err != nil || s.size-s.stored >= chunkSize) {
		if bad := s.store(); bad != nil {
			s.w.fail(bad)
			err = errors.Join(errSpool, bad)
		}
	}
	if err != nil { // noted before a reader can see it: who reads an error leaves
		s.err, s.gone = err, s.ctx.Err() != nil
		s.change.Broadcast()
	}
	return s.err
}

// store writes the last chunk to the file, without the lock: nobody else changes what has come.
func (s *spool) store() error {
	if s.stored == s.size {
		return nil
	}
	b := s.memory[len(s.memory)-1]
	b = b[len(b)-int(s.size-s.stored):]
	s.loose = !s.reserve(int64(len(b))) // this piece is written all the same: the program waits for it
	s.mu.Unlock()
	_, err := s.file.WriteAt(b, s.stored)
	s.mu.Lock()
	s.stored += int64(len(b))
	return err
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
		s.unreserve()
		return false
	}
	s.file, s.stored = f, s.size
	for len(s.memory) > keptChunks {
		s.release()
	}
	return true
}

// unspill goes on in memory once the program has read the file, and gives back its room.
func (s *spool) unspill() {
	s.file.Close()
	os.Remove(s.file.Name())
	s.file = nil
	s.drop()
	s.unreserve()
}

func (s *spool) reserve(n int64) bool {
	ok := s.w.reserve(n)
	if ok {
		s.reserved += n
	}
	return ok
}

func (s *spool) unreserve() {
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
	b, err := s.next(&p)
	if err != nil {
		return 0, err
	}
	n := copy(p, b)
	s.done(n)
	return n, nil
}

// WriteTo writes the body as it comes, from where it is in memory: to read it first would be one more
// copy.
func (s *spool) WriteTo(w io.Writer) (written int64, err error) {
	var own []byte
	for {
		b, err := s.next(&own)
		if err == io.EOF {
			return written, nil
		} else if err != nil {
			return written, err
		}
		n, err := w.Write(b)
		s.done(n)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
}

// next waits for what is to be read, and returns it: a part of a chunk, which is held until done is
// called, or what is in the file alone, in own, which is made if it is nil.
func (s *spool) next(own *[]byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.read == s.size && s.err == nil && !s.left {
		s.change.Wait()
	}
	if s.read == s.size || s.left {
		return nil, s.ended()
	}
	if at := s.read - s.base; at >= 0 {
		s.held = s.memory[at/chunkSize]
		return s.held[at%chunkSize:], nil
	}
	if *own == nil {
		*own = make([]byte, chunkSize)
	}
	f, at, b := s.file, s.read, (*own)[:min(int64(len(*own)), s.base-s.read)]
	s.mu.Unlock()
	n, err := f.ReadAt(b, at)
	s.mu.Lock()
	if n == 0 {
		return nil, errors.Join(errSpool, err)
	}
	return b[:n], nil
}

// done says that so many bytes of what next returned are read.
func (s *spool) done(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.let {
		s.pool.put(s.held)
	}
	s.held, s.let = nil, false
	s.read += int64(n)
	s.change.Broadcast()
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
			s.unreserve()
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
		s.unreserve()
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
	for len(s.memory) > 0 {
		s.release()
	}
	if s.file != nil {
		s.file.Close()
	}
}
