// Package resp is a small key-value server that speaks the protocol of Redis.
package resp

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Server answers each batch of commands after a delay.
type Server struct {
	Delay time.Duration // the way there and back

	mu     sync.RWMutex
	values map[string]string
}

// Serve answers whoever connects.
func (s *Server) Serve(l net.Listener) {
	s.values = make(map[string]string)
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go s.talk(c)
	}
}

func (s *Server) talk(c net.Conn) {
	defer c.Close()
	r, w := bufio.NewReaderSize(c, 64<<10), bufio.NewWriterSize(c, 64<<10)
	for {
		args, err := command(r)
		if err != nil {
			return
		}
		s.reply(w, args)
		if r.Buffered() == 0 {
			time.Sleep(s.Delay)
			if w.Flush() != nil {
				return
			}
		}
	}
}

// count reads a line like *3 or $12.
func count(r *bufio.Reader, kind byte) (int, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" || line[0] != kind {
		return 0, fmt.Errorf("unexpected %q", line)
	}
	return strconv.Atoi(line[1:])
}

func command(r *bufio.Reader) ([]string, error) {
	n, err := count(r, '*')
	if err != nil {
		return nil, err
	}
	args := make([]string, n)
	for i := range args {
		size, err := count(r, '$')
		if err != nil {
			return nil, err
		}
		b := make([]byte, size+2)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		args[i] = string(b[:size])
	}
	return args, nil
}

func (s *Server) reply(w *bufio.Writer, args []string) {
	switch name := strings.ToUpper(args[0]); {
	case name == "PING":
		w.WriteString("+PONG\r\n")
	case name == "SELECT" || name == "CLIENT" && len(args) > 1 && strings.EqualFold(args[1], "setinfo"):
		w.WriteString("+OK\r\n")
	case name == "SET" && len(args) > 2:
		s.mu.Lock()
		s.values[args[1]] = args[2]
		s.mu.Unlock()
		w.WriteString("+OK\r\n")
	case name == "GET" && len(args) > 1:
		s.mu.RLock()
		v, ok := s.values[args[1]]
		s.mu.RUnlock()
		if ok {
			fmt.Fprintf(w, "$%d\r\n%s\r\n", len(v), v)
		} else {
			w.WriteString("$-1\r\n")
		}
	default:
		fmt.Fprintf(w, "-ERR unknown command '%s'\r\n", args[0])
	}
}
