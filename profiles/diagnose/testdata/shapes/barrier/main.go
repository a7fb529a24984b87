// Components are installed in groups: the next group waits for the slowest of
// the one before (kyma-incubator/reconciler#751, TG-FileStreamBot#192).
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"shapes/rig"
)

var group = flag.Int("group", 16, "components in a group")

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := 15 * time.Millisecond
		if rig.Chance(12) {
			d = 150 * time.Millisecond // a component that takes long
		}
		time.Sleep(d)
		io.WriteString(w, `{"status":"installed"}`)
	}))
}

type installer struct {
	client *http.Client
	base   string
}

func (i *installer) install(component int) {
	resp, err := i.client.Get(fmt.Sprintf("%s/component/%d", i.base, component))
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	rig.Done(1)
}

// installGrouped starts a group and waits for all of it.
func (i *installer) installGrouped(next func() int) {
	for {
		var wg sync.WaitGroup
		for range *group {
			c := next()
			wg.Add(1)
			go func() {
				defer wg.Done()
				i.install(c)
			}()
		}
		wg.Wait()
	}
}

// installRolling starts the next as soon as one is done.
func (i *installer) installRolling(next func() int) {
	work := make(chan int)
	for range *group {
		go func() {
			for c := range work {
				i.install(c)
			}
		}()
	}
	for {
		work <- next()
	}
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	i := &installer{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	n := 0
	next := func() int { n++; return n }
	if rig.Fixed() {
		go i.installRolling(next)
	} else {
		go i.installGrouped(next)
	}
	rig.Measure()
}
