package mockserver

import (
	"net"
	"net/http"
	"sync"
)

// fresh holds the connections that no request has used. Clients leave some
// behind: http.Transport may dial one while another becomes free. Shutdown would
// wait 5 s for them.
type fresh struct {
	mu     sync.Mutex
	conns  map[net.Conn]bool
	ending bool
}

// note is a http.Server.ConnState.
func (f *fresh) note(c net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(f.conns, c)
	case f.ending:
		c.Close() // accepted just before the listener was closed
	default:
		f.conns[c] = true
	}
}

// end closes them, and those that come later.
func (f *fresh) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ending = true
	for c := range f.conns {
		c.Close()
	}
}
