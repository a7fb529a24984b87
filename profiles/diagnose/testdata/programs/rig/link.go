package rig

import (
	"net/http"
	"sync"
	"time"
)

// frame is in bytes: what one connection sends before another has its turn.
const frame = 32 << 10

// link is a line of limited bandwidth that all connections share.
type link struct {
	bytesPerSecond float64

	mu   sync.Mutex
	free time.Time
}

func (l *link) write(w http.ResponseWriter, body []byte) {
	flush := http.NewResponseController(w)
	for len(body) > 0 {
		n := min(frame, len(body))
		time.Sleep(time.Until(l.reserve(n)))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		flush.Flush()
		body = body[n:]
	}
}

// reserve returns when n bytes, sent after all that were reserved before, have arrived.
func (l *link) reserve(n int) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(float64(n) / l.bytesPerSecond * float64(time.Second)))
	return l.free
}
