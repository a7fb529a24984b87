// An LRU cache that is safe by itself is put under a lock of its own, so that nothing is
// loaded twice, and the lock is kept while a miss is loaded (grafana/dskit#1058).
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"shapes/rig"
)

const users = 200

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(6 * time.Millisecond)
		fmt.Fprintf(w, `{"name":%q,"roles":["viewer","editor"]}`, r.URL.Path)
	}))
}

type profile struct {
	Name  string
	Roles []string
}

func (p *profile) has(role string) bool {
	for _, r := range p.Roles {
		if r == role {
			return true
		}
	}
	return false
}

type profiles struct {
	client *http.Client
	base   string
	mu     sync.Mutex
	cache  *lru.Cache[int, *profile]
}

func (p *profiles) load(user int) (*profile, error) {
	resp, err := p.client.Get(fmt.Sprintf("%s/users/%d", p.base, user))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	v := new(profile)
	return v, json.NewDecoder(resp.Body).Decode(v)
}

func (p *profiles) get(user int) (*profile, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v, ok := p.cache.Get(user); ok {
		return v, nil
	}
	v, err := p.load(user)
	if err == nil {
		p.cache.Add(user, v)
	}
	return v, err
}

// getOpen leaves locking to the cache.
func (p *profiles) getOpen(user int) (*profile, error) {
	if v, ok := p.cache.Get(user); ok {
		return v, nil
	}
	v, err := p.load(user)
	if err == nil {
		p.cache.Add(user, v)
	}
	return v, err
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	cache, err := lru.New[int, *profile](users / 2)
	rig.Must(err)
	p := &profiles{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, cache: cache}
	get := p.get
	if rig.Fixed() {
		get = p.getOpen
	}
	for range 7 {
		go func() {
			for {
				v, err := get(rand.IntN(users))
				if err != nil {
					panic(err)
				}
				if !v.has("editor") {
					panic("no access")
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
