// Dials asks an https upstream with the transport's default of two idle
// connections to a host. A wider window closes most connections after one
// request, and dials and shakes hands anew for the next.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"collatebench/profiles/diagnose/testdata/programs/rig"

	"golang.org/x/sync/errgroup"
)

type item struct {
	ID    int64   `json:"id"`
	Price float64 `json:"price"`
}

func get(client *http.Client, url string) (items []item, err error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get %s: %s", url, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&items); err != nil {
		return nil, fmt.Errorf("decode %s: %w", url, err)
	}
	return items, nil
}

// takings is the sum of all prices.
type takings struct {
	mu  sync.Mutex
	sum float64
}

func (t *takings) add(items []item) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, i := range items {
		t.sum += i.Price
	}
}

func collate(run *rig.Run) error {
	transport := run.Transport()
	if !run.Fixed {
		transport.MaxIdleConnsPerHost = http.DefaultMaxIdleConnsPerHost
	}
	client := &http.Client{Transport: transport}
	var t takings
	var g errgroup.Group
	g.SetLimit(run.Window)
	for url := range run.Pages() {
		g.Go(func() error {
			items, err := get(client, url)
			if err != nil {
				return err
			}
			t.add(items)
			run.Collated()
			return nil
		})
	}
	return g.Wait()
}

func main() {
	rig.Main(rig.Program{Name: "dials", TLS: true, Size: 8 * rig.KiB, Window: 32}, collate)
}
