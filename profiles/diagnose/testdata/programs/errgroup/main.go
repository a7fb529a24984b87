// Errgroup is as it should be: each page is fetched and decoded by a goroutine
// of its own, a window of them at a time, and only the merge is under a lock.
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

// index counts the items under each tag.
type index struct {
	mu   sync.Mutex
	tags map[string]int
}

func (x *index) add(items []item) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, i := range items {
		for _, tag := range i.Tags {
			x.tags[tag]++
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
	body := make([]byte, resp.ContentLength)
	if _, err := io.ReadFull(resp.Body, body); err != nil {
		return nil, fmt.Errorf("fetch %s: %w", url, err)
	}
	return body, nil
}

func decode(body []byte) ([]item, error) {
	var items []item
	if err := json.Unmarshal(body, &items); err != nil {
		return nil, fmt.Errorf("decode page: %w", err)
	}
	return items, nil
}

func collate(run *rig.Run) error {
	client := &http.Client{Transport: run.Transport()}
	x := &index{tags: make(map[string]int)}
	var g errgroup.Group
	g.SetLimit(run.Window)
	for url := range run.Pages() {
		g.Go(func() error {
			body, err := fetch(client, url)
			if err != nil {
				return err
			}
			items, err := decode(body)
			if err != nil {
				return err
			}
			x.add(items)
			run.Collated()
			return nil
		})
	}
	return g.Wait()
}

func main() {
	rig.Main(rig.Program{Name: "errgroup", Size: rig.MiB, Window: 16}, collate)
}
