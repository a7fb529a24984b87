// Mutex keeps a catalogue that many goroutines fill. Its lock is held while a
// page is decoded, so that one page at a time is.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"

	"collatebench/profiles/diagnose/testdata/programs/rig"

	"golang.org/x/sync/errgroup"
)

type item struct {
	ID     int64             `json:"id"`
	Name   string            `json:"name"`
	Price  float64           `json:"price"`
	Tags   []string          `json:"tags"`
	Labels map[string]string `json:"labels"`
	Text   string            `json:"text"`
}

// catalogue is the dearest item of each name.
type catalogue struct {
	mu      sync.Mutex
	dearest map[string]item
}

// add holds the lock all the while.
func (c *catalogue) add(body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var items []item
	if err := json.Unmarshal(body, &items); err != nil {
		return fmt.Errorf("decode page: %w", err)
	}
	c.merge(items)
	return nil
}

// addDecoded holds the lock while it merges.
func (c *catalogue) addDecoded(body []byte) error {
	var items []item
	if err := json.Unmarshal(body, &items); err != nil {
		return fmt.Errorf("decode page: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.merge(items)
	return nil
}

func (c *catalogue) merge(items []item) {
	for _, i := range items {
		if old, ok := c.dearest[i.Name]; !ok || old.Price < i.Price {
			c.dearest[i.Name] = i
		}
	}
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

func collate(run *rig.Run) error {
	client := &http.Client{Transport: run.Transport()}
	c := &catalogue{dearest: make(map[string]item)}
	add := c.add
	if run.Fixed {
		add = c.addDecoded
	}
	var g errgroup.Group
	g.SetLimit(run.Window)
	for url := range run.Pages() {
		g.Go(func() error {
			body, err := fetch(client, url)
			if err != nil {
				return err
			}
			defer run.Collated()
			return add(body)
		})
	}
	return g.Wait()
}

func main() {
	rig.Main(rig.Program{Name: "mutex", Size: rig.MiB, Window: 16}, collate)
}
