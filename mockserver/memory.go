package mockserver

import (
	"fmt"

	"collatebench/mockserver/payload"
)

// noMemory says that bodies do not fit now.
type noMemory struct {
	key              setKey
	need, use, limit int64 // bytes
}

func (e *noMemory) Error() string {
	return fmt.Sprintf("%v: needs %d bytes of memory where %d of %d are in use; ask for less, or later", e.key, e.need, e.use, e.limit)
}

// evict makes room for need bytes. It drops sets that have no users, the least
// recently used first, or none where all of them would not be enough.
func (l *library) evict(k setKey, need int64) (evicted bool, err error) {
	free := int64(l.o.MaxMemory) - l.held
	idle := int64(0)
	for _, s := range l.sets {
		if s.users == 0 {
			idle += s.memory
		}
	}
	if free+idle < need {
		return false, &noMemory{key: k, need: need, use: l.held - idle, limit: int64(l.o.MaxMemory)}
	}
	for ; free < need; evicted = true {
		oldest := l.oldest()
		free += l.sets[oldest].memory
		l.drop(oldest)
	}
	return evicted, nil
}

func (l *library) oldest() (k setKey) {
	var found *set
	for key, s := range l.sets {
		if s.users == 0 && (found == nil || s.used < found.used) {
			k, found = key, s
		}
	}
	return k
}

func (l *library) drop(k setKey) {
	l.held -= l.sets[k].memory
	delete(l.sets, k)
}

// count is how many bodies rotate.
func (l *library) count(k setKey) int {
	switch {
	case k.kind == payload.Captured:
		return len(l.captured)
	case l.o.Bodies > 0:
		return l.o.Bodies
	}
	const most, together = 8, 64 << 20 // no cache keeps that much
	budget := min(together, int64(l.o.MaxMemory)/4)
	return int(min(most, max(1, budget/int64(k.size))))
}

// bound is the most memory that the bodies of k can take while they are built
// and after: a made one may be 1% off its size, one that can't be compressed
// grows a little, and one that is compressed exists plain as well meanwhile.
func (l *library) bound(k setKey) int64 {
	one, total := int64(k.size), int64(k.size)*int64(l.count(k))
	if k.kind == payload.Captured {
		for _, c := range l.captured {
			one, total = max(one, int64(len(c.raw))), total+int64(len(c.raw))
		}
	}
	if k.encoding != payload.Identity {
		total += one
	}
	return total + total/64 + 1024*int64(l.count(k))
}
