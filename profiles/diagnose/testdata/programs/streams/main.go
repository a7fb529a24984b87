// Streams sends its whole window over one HTTP/2 connection, on which the
// upstream allows only a few streams at a time.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"collatebench/profiles/diagnose/testdata/programs/rig"

	"golang.org/x/sync/errgroup"
)

// plainHTTP2 is HTTP/2 without TLS.
func plainHTTP2() *http.Protocols {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	return &p
}

// newClient sends all requests over the one connection that it opens. It asks
// one question first: until the upstream has answered, its limit is not known,
// and streams beyond it would be refused.
func newClient(transport *http.Transport, upstream string) (*http.Client, error) {
	conn, err := transport.NewClientConn(context.Background(), "http", upstream)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", upstream, err)
	}
	client := &http.Client{Transport: conn, Timeout: time.Minute}
	resp, err := client.Head("http://" + upstream + "/pages/0")
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", upstream, err)
	}
	return client, resp.Body.Close()
}

func fetch(client *http.Client, url string) ([]byte, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: %s", url, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// names is a set of those seen.
type names struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (s *names) add(page []byte) error {
	var items []struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(page, &items); err != nil {
		return fmt.Errorf("decode page: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range items {
		s.seen[i.Name] = true
	}
	return nil
}

func collate(run *rig.Run) error {
	transport := run.Transport()
	transport.Protocols = plainHTTP2()
	client, err := newClient(transport, run.Upstream)
	if err != nil {
		return err
	}
	if run.Fixed { // as many connections as the streams need
		client.Transport = transport
	}
	s := &names{seen: make(map[string]bool)}
	var g errgroup.Group
	g.SetLimit(run.Window)
	for url := range run.Pages() {
		g.Go(func() error {
			page, err := fetch(client, url)
			if err != nil {
				return err
			}
			defer run.Collated()
			return s.add(page)
		})
	}
	return g.Wait()
}

func main() {
	streams := flag.Int("streams", 4, "that the upstream allows on a connection")
	rig.Main(rig.Program{
		Name: "streams", Size: 64 * rig.KiB, Window: 32, Delay: 40 * time.Millisecond,
		Upstream: func(s *http.Server) {
			s.Protocols = plainHTTP2()
			s.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: *streams}
		},
	}, collate)
}
