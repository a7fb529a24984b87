// A token cache is refreshed by whoever finds it stale, and the database is
// asked under the write lock: all readers stand still until it has answered
// (LFDT-Panurus/panurus#1547, #1535; lestrrat-go/httprc#24).
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"shapes/rig"
)

var readers = flag.Int("readers", 24, "of the cache")

var unread = flag.Bool("unread", false, "leave bodies unread, so that connections are not kept")

type token struct {
	ID     string
	Amount uint64
}

func serve(l net.Listener) {
	tokens := make([]token, 300)
	for i := range tokens {
		tokens[i] = token{fmt.Sprint("token-", i), uint64(i)}
	}
	body, _ := json.Marshal(tokens)
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/spendable" {
			time.Sleep(60 * time.Millisecond)
			w.Write(body)
			return
		}
		time.Sleep(3 * time.Millisecond)
		w.Write([]byte(`{"ok":true}`))
	}))
}

type fetcher struct {
	client *http.Client
	base   string

	mu     sync.RWMutex
	cached []token
	at     time.Time
	asking bool
}

const fresh = 40 * time.Millisecond

func (f *fetcher) query() []token {
	resp, err := f.client.Get(f.base + "/spendable")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	var t []token
	if err := json.NewDecoder(resp.Body).Decode(&t); err != nil {
		panic(err)
	}
	return t
}

func (f *fetcher) update() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.at) < fresh {
		return
	}
	f.cached, f.at = f.query(), time.Now()
}

// updateOutside asks without the lock, one at a time; the others go on with
// what there is.
func (f *fetcher) updateOutside() {
	f.mu.Lock()
	if f.asking {
		f.mu.Unlock()
		return
	}
	f.asking = true
	f.mu.Unlock()
	t := f.query()
	f.mu.Lock()
	f.cached, f.at, f.asking = t, time.Now(), false
	f.mu.Unlock()
}

func (f *fetcher) unspent(i int) token {
	f.mu.RLock()
	stale := time.Since(f.at) >= fresh
	f.mu.RUnlock()
	if stale && rig.Fixed() {
		f.updateOutside()
	} else if stale {
		f.update()
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.cached[i%len(f.cached)]
}

func (f *fetcher) spend(t token) {
	resp, err := f.client.Get(f.base + "/spend/" + t.ID)
	if err != nil {
		panic(err)
	}
	if !*unread {
		io.Copy(io.Discard, resp.Body)
	}
	resp.Body.Close()
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	f := &fetcher{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, base: "http://" + addr}
	f.cached = f.query()
	for g := range *readers {
		go func() {
			for i := g; ; i += *readers {
				f.spend(f.unspent(i))
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
