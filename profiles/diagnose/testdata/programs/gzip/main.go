// Gzip sums the traffic in compressed logs. Many goroutines fetch them; the
// collector that gathers them also inflates them, one after the other.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"collatebench/profiles/diagnose/testdata/programs/rig"

	"golang.org/x/sync/errgroup"
)

// count inflates a page and adds up the bytes that were sent with each status.
func count(page []byte) (map[string]int64, error) {
	r, err := gzip.NewReader(bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("inflate page: %w", err)
	}
	sent := make(map[string]int64)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		// ... "GET /path HTTP/1.1" 200 5123
		rest, size, _ := cutLast(lines.Bytes())
		_, status, ok := cutLast(rest)
		n, err := strconv.ParseInt(string(size), 10, 64)
		if err != nil || !ok {
			return nil, fmt.Errorf("count page: %q is no log line", lines.Bytes())
		}
		sent[string(status)] += n
	}
	return sent, lines.Err()
}

func cutLast(b []byte) (before, after []byte, ok bool) {
	i := bytes.LastIndexByte(b, ' ')
	return b[:max(i, 0)], b[i+1:], i >= 0
}

func fetch(client *http.Client, url string) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: %s", url, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// page is fetched; counted where that was done already.
type page struct {
	body    []byte
	counted map[string]int64
}

func fetchPages(run *rig.Run, pages chan<- page) error {
	client := &http.Client{Transport: run.Transport()}
	var g errgroup.Group
	g.SetLimit(run.Window)
	for url := range run.Pages() {
		g.Go(func() error {
			body, err := fetch(client, url)
			if err != nil {
				return err
			}
			p := page{body: body}
			if run.Fixed {
				if p.counted, err = count(body); err != nil {
					return err
				}
			}
			pages <- p
			return nil
		})
	}
	return g.Wait()
}

func collector(run *rig.Run, pages <-chan page) (err error) {
	total := make(map[string]int64)
	for p := range pages {
		if p.counted == nil {
			if p.counted, err = count(p.body); err != nil {
				return err
			}
		}
		for status, n := range p.counted {
			total[status] += n
		}
		run.Collated()
	}
	return nil
}

func collate(run *rig.Run) error {
	pages := make(chan page)
	var g errgroup.Group
	g.Go(func() error { defer close(pages); return fetchPages(run, pages) })
	g.Go(func() error { return collector(run, pages) })
	return g.Wait()
}

func main() {
	rig.Main(rig.Program{Name: "gzip", Page: rig.Gzip(rig.Log), Size: 2 * rig.MiB, Window: 32}, collate)
}
