// Loop sends a window of requests ahead and reads the answers in order. The
// headers are awaited in parallel; every body is decoded in the one loop.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"collatebench/profiles/diagnose/testdata/programs/rig"
)

type item struct {
	ID     int64             `json:"id"`
	Name   string            `json:"name"`
	Price  float64           `json:"price"`
	Tags   []string          `json:"tags"`
	Labels map[string]string `json:"labels"`
	Text   string            `json:"text"`
}

// answer is what comes of one page.
type answer struct {
	resp  *http.Response
	items []item // where they are decoded before the loop sees them
	err   error
}

// decodePage reads the body to its end and closes it.
func decodePage(resp *http.Response) ([]item, error) {
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: %s", resp.Request.URL, resp.Status)
	}
	var items []item
	if err := json.NewDecoder(resp.Body).Decode(&items); err != nil {
		return nil, fmt.Errorf("decode %s: %w", resp.Request.URL, err)
	}
	return items, nil
}

// request sends one request and promises its answer.
func request(client *http.Client, url string, decode bool) <-chan answer {
	promise := make(chan answer, 1)
	go func() {
		resp, err := client.Get(url)
		if err != nil {
			promise <- answer{err: err}
			return
		}
		if !decode {
			promise <- answer{resp: resp}
			return
		}
		items, err := decodePage(resp)
		promise <- answer{items: items, err: err}
	}()
	return promise
}

// ahead keeps up to window requests under way, in the order of their pages.
func ahead(run *rig.Run) <-chan (<-chan answer) {
	client := &http.Client{Transport: run.Transport()}
	promises := make(chan (<-chan answer), run.Window-1)
	go func() {
		defer close(promises)
		for url := range run.Pages() {
			promises <- request(client, url, run.Fixed)
		}
	}()
	return promises
}

func collate(run *rig.Run) error {
	origins := make(map[string]int)
	for promise := range ahead(run) {
		a := <-promise
		if a.err == nil && a.resp != nil {
			a.items, a.err = decodePage(a.resp)
		}
		if a.err != nil {
			return a.err
		}
		for _, i := range a.items {
			origins[i.Labels["origin"]]++
		}
		run.Collated()
	}
	return nil
}

func main() {
	rig.Main(rig.Program{Name: "loop", Size: rig.MiB, Window: 16}, collate)
}
