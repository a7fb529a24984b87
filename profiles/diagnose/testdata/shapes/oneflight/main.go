// Loads are deduplicated with singleflight, but the key is a constant and not the key of what
// is loaded: all wait for the one load that is under way, find that it was for another key
// and go for the next (johanbrandhorst/certify#130).
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"shapes/rig"
)

const skus = 100000

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(8 * time.Millisecond)
		fmt.Fprintf(w, `{"sku":%q,"cents":%d}`, r.URL.Path, len(r.URL.Path)*100)
	}))
}

type price struct {
	SKU   string
	Cents int
}

type prices struct {
	client *http.Client
	base   string
	group  singleflight.Group
	flight func(sku int) string // the key of a load

	mu    sync.Mutex
	known map[int]price
}

func (p *prices) cached(sku int) (price, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.known[sku]
	return v, ok
}

func (p *prices) store(sku int, v price) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= 5000 {
		clear(p.known)
	}
	p.known[sku] = v
}

func (p *prices) fetch(sku int) (v price, err error) {
	resp, err := p.client.Get(fmt.Sprintf("%s/%d", p.base, sku))
	if err != nil {
		return v, err
	}
	defer resp.Body.Close()
	return v, json.NewDecoder(resp.Body).Decode(&v)
}

func (p *prices) get(sku int) price {
	for {
		if v, ok := p.cached(sku); ok {
			return v
		}
		_, err, _ := p.group.Do(p.flight(sku), func() (any, error) {
			v, err := p.fetch(sku)
			if err == nil {
				p.store(sku, v)
			}
			return nil, err
		})
		if err != nil {
			panic(err)
		}
	}
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	p := &prices{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, known: make(map[int]price)}
	p.flight = func(int) string { return "price" }
	if rig.Fixed() {
		p.flight = func(sku int) string { return fmt.Sprint("price-", sku) }
	}
	for range 10 {
		go func() {
			for {
				p.get(rand.IntN(skus))
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
