package child

import (
	"bytes"
	"io"
	"sync"

	"collatebench/internal/spell"
)

// An ending passes on what a process writes and keeps the end of it.
type ending struct {
	mu   sync.Mutex
	to   io.Writer // may be nil
	last []byte
}

// An error shows so many lines of what a process wrote, and of so many bytes.
const (
	shownLines = 20
	keptBytes  = 8 << 10
)

func (e *ending) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = append(e.last, b...)
	e.last = e.last[max(0, len(e.last)-keptBytes):]
	if e.to == nil {
		return len(b), nil
	}
	return e.to.Write(b)
}

func (e *ending) excerpt() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return spell.Excerpt(string(bytes.TrimSpace(e.last)), shownLines)
}
