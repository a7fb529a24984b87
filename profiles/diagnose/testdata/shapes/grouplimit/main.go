// An errgroup is given a limit as if its work took cores, but what it starts are calls that
// wait for another service (pomerium/pomerium#4766, sourcegraph/conc#19).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"shapes/rig"
)

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(10 * time.Millisecond)
		fmt.Fprintf(w, `{"path":%q,"owner":"team-a","labels":["x","y"]}`, r.URL.Path)
	}))
}

type repository struct {
	Path   string
	Owner  string
	Labels []string
}

type mirror struct {
	client *http.Client
	base   string
	limit  int
}

func (m *mirror) describe(ctx context.Context, n int) (repository, error) {
	var r repository
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/repos/%d", m.base, n), nil)
	if err != nil {
		return r, err
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		return r, err
	}
	rig.Done(1)
	return r, nil
}

// sync describes all repositories of an organisation.
func (m *mirror) sync(ctx context.Context, repositories int) ([]repository, error) {
	out := make([]repository, repositories)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(m.limit)
	for n := range out {
		g.Go(func() (err error) {
			out[n], err = m.describe(ctx, n)
			return err
		})
	}
	return out, g.Wait()
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	m := &mirror{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, limit: 2}
	if rig.Fixed() {
		m.limit = 16
	}
	go func() {
		for {
			if _, err := m.sync(context.Background(), 200); err != nil {
				panic(err)
			}
		}
	}()
	rig.Measure()
}
