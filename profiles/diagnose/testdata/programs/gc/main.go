// Gc keeps the decoded items of many pages in memory and was told to spend
// little memory beside them, by GOGC or by a memory limit, so that it collects
// garbage nearly all the time.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"sync"

	"collatebench/profiles/diagnose/testdata/programs/rig"

	"golang.org/x/sync/errgroup"
)

type item struct {
	ID     *int64             `json:"id"`
	Name   *string            `json:"name"`
	Price  *float64           `json:"price"`
	Tags   []*string          `json:"tags"`
	Labels map[string]*string `json:"labels"`
	Text   *string            `json:"text"`
}

// cache holds the latest pages, the oldest of which makes room for a new one.
type cache struct {
	mu    sync.Mutex
	pages [][]*item
	next  int
}

func (c *cache) put(page []*item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages[c.next%len(c.pages)] = page
	c.next++
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

func decode(body []byte) (page []*item, err error) {
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, fmt.Errorf("decode page: %w", err)
	}
	return page, nil
}

// fill fetches one page, and decodes it for every place in the cache.
func (c *cache) fill(client *http.Client, url string) error {
	body, err := fetch(client, url)
	if err != nil {
		return err
	}
	for range c.pages {
		page, err := decode(body)
		if err != nil {
			return err
		}
		c.put(page)
	}
	return nil
}

func collate(run *rig.Run, c *cache) error {
	client := &http.Client{Transport: run.Transport()}
	var g errgroup.Group
	g.SetLimit(run.Window)
	for url := range run.Pages() {
		g.Go(func() error {
			body, err := fetch(client, url)
			if err != nil {
				return err
			}
			page, err := decode(body)
			if err != nil {
				return err
			}
			c.put(page)
			run.Collated()
			return nil
		})
	}
	return g.Wait()
}

func main() {
	percent := flag.Int("gogc", 8, "as of debug.SetGCPercent")
	limit := rig.Size(0)
	flag.Var(&limit, "limit", "of memory in place of gogc, as of debug.SetMemoryLimit")
	keep := flag.Int("keep", 64, "pages in the cache")
	rig.Main(rig.Program{Name: "gc", Size: 256 * rig.KiB, Window: 16}, func(run *rig.Run) error {
		c := &cache{pages: make([][]*item, *keep)}
		for url := range run.Pages() {
			if err := c.fill(&http.Client{Transport: run.Transport()}, url); err != nil {
				return err
			}
			break
		}
		switch {
		case run.Fixed:
		case limit > 0:
			debug.SetMemoryLimit(int64(limit))
		default:
			debug.SetGCPercent(*percent)
		}
		return collate(run, c)
	})
}
