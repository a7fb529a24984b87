// Semaphore fetches prices for a window of pages. Deep inside, the client
// holds one of a few permits while it waits for the upstream, so that the
// window is never more than these.
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
	"golang.org/x/sync/semaphore"
)

// client is polite to its upstream: it asks no more than a few times at once.
type client struct {
	http    *http.Client
	permits *semaphore.Weighted
}

func newClient(transport *http.Transport, permits int) *client {
	return &client{
		http:    &http.Client{Transport: transport, Timeout: time.Minute},
		permits: semaphore.NewWeighted(int64(permits)),
	}
}

func (c *client) get(ctx context.Context, url string) ([]byte, error) {
	if err := c.permits.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer c.permits.Release(1)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get %s: %s", url, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// prices is the cheapest price of each name.
type prices struct {
	mu       sync.Mutex
	cheapest map[string]float64
}

func (p *prices) add(body []byte) error {
	var items []struct {
		Name  string  `json:"name"`
		Price float64 `json:"price"`
	}
	if err := json.Unmarshal(body, &items); err != nil {
		return fmt.Errorf("decode page: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range items {
		if old, ok := p.cheapest[i.Name]; !ok || i.Price < old {
			p.cheapest[i.Name] = i.Price
		}
	}
	return nil
}

func main() {
	permits := flag.Int("permits", 3, "requests that the client has under way at once")
	collate := func(run *rig.Run) error {
		if run.Fixed {
			*permits = run.Window
		}
		c := newClient(run.Transport(), *permits)
		p := &prices{cheapest: make(map[string]float64)}
		g, ctx := errgroup.WithContext(context.Background())
		g.SetLimit(run.Window)
		for url := range run.Pages() {
			g.Go(func() error {
				body, err := c.get(ctx, url)
				if err != nil {
					return err
				}
				defer run.Collated()
				return p.add(body)
			})
		}
		return g.Wait()
	}
	rig.Main(rig.Program{Name: "semaphore", Size: 64 * rig.KiB, Window: 32, Delay: 50 * time.Millisecond}, collate)
}
