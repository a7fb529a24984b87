package mockserver

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"collatebench/mockserver/payload"
)

// setKey names the bodies that rotate for one kind of request. It is not the whole
// query: codecs with the same bodies share a set, and captured bodies have the
// size that they have.
type setKey struct {
	kind     payload.Kind
	codec    payload.Codec
	encoding payload.Encoding
	size     payload.Size
}

func (q query) set() setKey {
	k := setKey{kind: q.kind, codec: q.codec.Bodies(), encoding: q.encoding, size: q.size}
	if k.kind == payload.Captured {
		k.size = 0
	}
	return k
}

func (k setKey) String() string {
	if k.kind == payload.Captured {
		return fmt.Sprintf("captured bodies, %s, %s", k.codec, k.encoding)
	}
	return fmt.Sprintf("%v of %s, %s", k.size, k.codec, k.encoding)
}

// A set is the bodies of one key. It is not evicted while it has users.
type set struct {
	built  chan struct{} // closed when bodies or err is there
	bodies []body
	err    error
	users  int
	used   uint64 // turn of the last use
	memory int64  // what it reserved
}

// library keeps the sets within the memory that they may take. Memory is
// reserved before anything is built, and sets are built one at a time, so that
// many requests at once for many things do not add up to more than the limit.
type library struct {
	o        Options
	captured []capture
	stop     <-chan struct{}
	building sync.Mutex

	mu   sync.Mutex
	sets map[setKey]*set
	held int64 // bytes kept or reserved, captured files included
	turn uint64
}

func newLibrary(o Options, stop <-chan struct{}) (*library, error) {
	l := &library{o: o, stop: stop, sets: map[setKey]*set{}}
	for _, name := range o.Captured {
		c, err := readCapture(name, min(int64(o.MaxSize), int64(o.MaxMemory)-l.held))
		if err != nil {
			return nil, err
		}
		l.captured = append(l.captured, c)
		l.held += int64(len(c.raw))
	}
	return l, nil
}

// acquire returns the set of k, built, and keeps it until release. The first
// caller builds it; the others wait for that.
func (l *library) acquire(ctx context.Context, k setKey) (*set, error) {
	s, first, evicted, err := l.reserve(k)
	if err != nil {
		return nil, err
	}
	if first {
		if evicted {
			// Otherwise the evicted bodies stay in memory beside the new ones.
			runtime.GC()
		}
		l.build(k, s)
	}
	select {
	case <-s.built:
	default:
		select {
		case <-s.built:
		case <-ctx.Done():
			l.release(s)
			return nil, ctx.Err()
		}
	}
	if s.err != nil {
		l.release(s)
		return nil, s.err
	}
	return s, nil
}

func (l *library) release(s *set) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.users--
}

// reserve finds the set of k, or makes an empty one with its memory reserved,
// which the caller then builds.
func (l *library) reserve(k setKey) (s *set, first, evicted bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s = l.sets[k]
	if s == nil {
		need := l.bound(k)
		if evicted, err = l.evict(k, need); err != nil {
			return nil, false, false, err
		}
		s = &set{built: make(chan struct{}), memory: need}
		l.sets[k] = s
		l.held += need
		first = true
	}
	l.turn++
	s.users++
	s.used = l.turn
	return s, first, evicted, nil
}
