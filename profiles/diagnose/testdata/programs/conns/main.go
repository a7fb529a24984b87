// Conns asks for a window of pages through a transport that was told to open
// no more than a few connections to a host. The rest of the window waits in it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"collatebench/profiles/diagnose/testdata/programs/rig"

	"golang.org/x/sync/errgroup"
)

// newClient is the one client that the whole program uses.
func newClient(transport *http.Transport, conns int) *http.Client {
	transport.MaxConnsPerHost = conns
	transport.IdleConnTimeout = 90 * time.Second
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

// tagged counts the items of a page that carry the tag.
func tagged(client *http.Client, url, tag string) (n int64, err error) {
	resp, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("get %s: %s", url, resp.Status)
	}
	var items []struct {
		Tags []string `json:"tags"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&items); err != nil {
		return 0, fmt.Errorf("decode %s: %w", url, err)
	}
	for _, i := range items {
		for _, t := range i.Tags {
			if t == tag {
				n++
			}
		}
	}
	return n, nil
}

func main() {
	conns := flag.Int("conns", 2, "connections to a host; 0 is without limit")
	collate := func(run *rig.Run) error {
		if run.Fixed {
			*conns = 0
		}
		client := newClient(run.Transport(), *conns)
		var total atomic.Int64
		var g errgroup.Group
		for range run.Window {
			g.Go(func() error {
				for url := range run.Pages() {
					n, err := tagged(client, url, "amber")
					if err != nil {
						return err
					}
					total.Add(n)
					run.Collated()
				}
				return nil
			})
		}
		return g.Wait()
	}
	rig.Main(rig.Program{Name: "conns", Size: 64 * rig.KiB, Window: 32, Delay: 40 * time.Millisecond}, collate)
}
