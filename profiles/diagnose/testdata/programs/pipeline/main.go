// Pipeline passes access logs from stage to stage through channels. Many
// goroutines fetch, one parses, one counts; parsing is the slow stage.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"strconv"

	"collatebench/profiles/diagnose/testdata/programs/rig"

	"golang.org/x/sync/errgroup"
)

var format = regexp.MustCompile(`^(\S+) \S+ \S+ \[[^]]+\] "\w+ (\S+) [^"]+" (\d+) (\d+)\s*$`)

type visit struct {
	host, path, status string
	bytes              int64
}

// parse is a stage of its own: every page goes through it.
func parse(pages <-chan []byte, visits chan<- []visit) error {
	for page := range pages {
		parsed, err := parsePage(page)
		if err != nil {
			return err
		}
		visits <- parsed
	}
	return nil
}

func parsePage(page []byte) ([]visit, error) {
	var visits []visit
	for line := range bytes.Lines(page) {
		m := format.FindSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("parse page: %q is no log line", line)
		}
		size, err := strconv.ParseInt(string(m[4]), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("parse page: %w", err)
		}
		visits = append(visits, visit{host: string(m[1]), path: string(m[2]), status: string(m[3]), bytes: size})
	}
	return visits, nil
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

func fetchAll(run *rig.Run, pages chan<- []byte) error {
	client := &http.Client{Transport: run.Transport()}
	var g errgroup.Group
	for range run.Window {
		g.Go(func() error {
			for url := range run.Pages() {
				page, err := fetch(client, url)
				if err != nil {
					return err
				}
				pages <- page
			}
			return nil
		})
	}
	return g.Wait()
}

func collate(run *rig.Run) error {
	pages, visits := make(chan []byte), make(chan []visit)
	parsers := 1
	if run.Fixed {
		parsers = runtime.GOMAXPROCS(0)
	}
	var fetching, parsing errgroup.Group
	fetching.Go(func() error { defer close(pages); return fetchAll(run, pages) })
	for range parsers {
		parsing.Go(func() error { return parse(pages, visits) })
	}
	parsed := make(chan error, 1)
	go func() { parsed <- parsing.Wait(); close(visits) }()

	traffic := make(map[string]int64)
	for page := range visits {
		for _, v := range page {
			traffic[v.path] += v.bytes
		}
		run.Collated()
	}
	if err := <-parsed; err != nil {
		return err
	}
	return fetching.Wait()
}

func main() {
	rig.Main(rig.Program{Name: "pipeline", Page: rig.Log, Size: rig.MiB, Window: 16}, collate)
}
