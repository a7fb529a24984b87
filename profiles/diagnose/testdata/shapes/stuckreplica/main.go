// One of three replicas takes connections but never answers; whoever is sent to it waits for
// the whole deadline before the next one is tried (weaviate/weaviate#10669).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"shapes/rig"
)

const (
	deadline = 250 * time.Millisecond
	hedge    = 20 * time.Millisecond
)

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/c/") {
			<-r.Context().Done()
			return
		}
		time.Sleep(5 * time.Millisecond)
		fmt.Fprintf(w, `{"id":%q,"title":"an article"}`, r.URL.Path)
	}))
}

type article struct {
	ID, Title string
}

type catalogue struct {
	client   *http.Client
	replicas []string
}

// ask asks the replica whose turn it is.
func (c *catalogue) ask(ctx context.Context, turn, id int) (*article, error) {
	url := fmt.Sprintf("%s/articles/%d", c.replicas[turn%len(c.replicas)], id)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a := new(article)
	return a, json.NewDecoder(resp.Body).Decode(a)
}

func (c *catalogue) lookup(ctx context.Context, id int) (a *article, err error) {
	for try := range 3 {
		ctx, cancel := context.WithTimeout(ctx, deadline)
		a, err = c.ask(ctx, id+try, id)
		cancel()
		if err == nil {
			return a, nil
		}
	}
	return nil, err
}

// lookupHedged asks a second replica when the first takes long.
func (c *catalogue) lookupHedged(ctx context.Context, id int) (*article, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	answers := make(chan *article, 2)
	ask := func(turn int) {
		if a, err := c.ask(ctx, turn, id); err == nil {
			answers <- a
		}
	}
	go ask(id)
	select {
	case a := <-answers:
		return a, nil
	case <-time.After(hedge):
		go ask(id + 1)
	}
	select {
	case a := <-answers:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func main() {
	rig.Parse()
	base := "http://" + rig.Upstream(serve)
	c := &catalogue{
		client:   &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		replicas: []string{base + "/a", base + "/b", base + "/c"},
	}
	lookup := c.lookup
	if rig.Fixed() {
		lookup = c.lookupHedged
	}
	for g := range 16 {
		go func() {
			for i := g; ; i += 16 {
				if _, err := lookup(context.Background(), i); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
