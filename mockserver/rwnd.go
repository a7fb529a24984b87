package mockserver

import (
	"net"
	"sync"
	"time"
)

// A window adds up for how long clients kept their receive windows shut, while there was more to send
// to them: they did not read. The kernel of this side counts it for each connection.
type window struct {
	mu    sync.Mutex
	open  map[*watchedConn]bool
	ended time.Duration // of connections that are closed
}

// limited is the sum so far; false where the kernel does not tell it.
func (w *window) limited() (time.Duration, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	sum := w.ended
	for c := range w.open {
		sum += rwndLimited(c.TCPConn)
	}
	return sum, tellsRwnd
}

// watch wraps what a listener accepts.
func (w *window) watch(l net.Listener) net.Listener { return watchedListener{l, w} }

type watchedListener struct {
	net.Listener
	window *window
}

func (l watchedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	tcp, ok := c.(*net.TCPConn)
	if err != nil || !ok || !tellsRwnd {
		return c, err
	}
	watched := &watchedConn{TCPConn: tcp, window: l.window}
	l.window.mu.Lock()
	defer l.window.mu.Unlock()
	l.window.open[watched] = true
	return watched, nil
}

// A watchedConn is read a last time before it is closed. It has all methods of what it wraps.
type watchedConn struct {
	*net.TCPConn
	window *window
}

func (c *watchedConn) Close() error {
	c.window.mu.Lock()
	if c.window.open[c] {
		delete(c.window.open, c)
		c.window.ended += rwndLimited(c.TCPConn)
	}
	c.window.mu.Unlock()
	return c.TCPConn.Close()
}

// tcpOf is the connection itself; nil if it is none of TCP.
func tcpOf(c net.Conn) *net.TCPConn {
	switch c := c.(type) {
	case *watchedConn:
		return c.TCPConn
	case *net.TCPConn:
		return c
	}
	return nil
}
