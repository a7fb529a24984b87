// Addresses are sent to a geocoder with at most 16 of them under way, as its terms ask for. It
// works on eight at a time and the rest queue there: the client is as it should be.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/semaphore"

	"shapes/rig"
)

const window = 16

func serve(l net.Listener) {
	slots := make(chan struct{}, 8)
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		slots <- struct{}{}
		time.Sleep(20 * time.Millisecond)
		<-slots
		fmt.Fprintf(w, `{"query":%q,"lat":52.52,"lon":13.4}`, r.FormValue("q"))
	}))
}

type place struct {
	Query    string
	Lat, Lon float64
}

type geocoder struct {
	client *http.Client
	base   string
	window *semaphore.Weighted
}

func (g *geocoder) locate(address string) (p place, err error) {
	resp, err := g.client.Get(g.base + "/search?q=" + url.QueryEscape(address))
	if err != nil {
		return p, err
	}
	defer resp.Body.Close()
	return p, json.NewDecoder(resp.Body).Decode(&p)
}

func (g *geocoder) locateAll(ctx context.Context, address func() string) error {
	for {
		if err := g.window.Acquire(ctx, 1); err != nil {
			return err
		}
		a := address()
		go func() {
			defer g.window.Release(1)
			if _, err := g.locate(a); err != nil {
				panic(err)
			}
			rig.Done(1)
		}()
	}
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	g := &geocoder{
		base:   "http://" + addr,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		window: semaphore.NewWeighted(window),
	}
	n := 0
	go g.locateAll(context.Background(), func() string { n++; return fmt.Sprint(n, " Long Road") })
	rig.Measure()
}
