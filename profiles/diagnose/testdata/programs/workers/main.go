// Workers hands a window of questions to a few workers, each of which asks the
// upstream and waits. Whoever set the window did not know of the workers.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"collatebench/profiles/diagnose/testdata/programs/rig"

	"golang.org/x/sync/errgroup"
)

// fetcher fetches with a fixed number of workers.
type fetcher struct {
	client *http.Client
	jobs   chan job
}

type job struct {
	url   string
	reply chan<- reply
}

type reply struct {
	body []byte
	err  error
}

func newFetcher(client *http.Client, workers int) *fetcher {
	f := &fetcher{client: client, jobs: make(chan job)}
	for range workers {
		go f.work()
	}
	return f
}

func (f *fetcher) work() {
	for j := range f.jobs {
		body, err := f.get(j.url)
		j.reply <- reply{body, err}
	}
}

func (f *fetcher) get(url string) ([]byte, error) {
	resp, err := f.client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: %s", url, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// fetch waits for a worker, and then for its reply.
func (f *fetcher) fetch(url string) ([]byte, error) {
	c := make(chan reply, 1)
	f.jobs <- job{url, c}
	r := <-c
	return r.body, r.err
}

func (f *fetcher) close() { close(f.jobs) }

func main() {
	workers := flag.Int("workers", 6, "of the fetcher")
	collate := func(run *rig.Run) error {
		if run.Fixed {
			*workers = run.Window
		}
		f := newFetcher(&http.Client{Transport: run.Transport()}, *workers)
		defer f.close()
		var failures atomic.Int64
		var g errgroup.Group
		g.SetLimit(run.Window)
		for url := range run.Pages() {
			g.Go(func() error {
				page, err := f.fetch(url)
				if err != nil {
					return err
				}
				failures.Add(int64(bytes.Count(page, []byte(`" 500 `))))
				run.Collated()
				return nil
			})
		}
		return g.Wait()
	}
	rig.Main(rig.Program{Name: "workers", Page: rig.Log, Size: 256 * rig.KiB, Window: 24, Delay: 30 * time.Millisecond}, collate)
}
