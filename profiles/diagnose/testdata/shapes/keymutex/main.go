// Volumes are created under a lock by name, out of as many locks as there are
// CPUs: NewHashed(0). The work is a call to the cluster (ceph/ceph-csi#279).
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"k8s.io/utils/keymutex"

	"shapes/rig"
)

var callers = flag.Int("callers", 32, "volumes that are asked for at a time")

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(15 * time.Millisecond)
		io.WriteString(w, "created")
	}))
}

type controller struct {
	client *http.Client
	base   string
	locks  keymutex.KeyMutex
}

func (c *controller) createImage(name string) {
	resp, err := c.client.Get(c.base + "/images/" + name)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

func (c *controller) createVolume(name string) {
	c.locks.LockKey(name)
	defer c.locks.UnlockKey(name)
	c.createImage(name)
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	locks := keymutex.NewHashed(0)
	if rig.Fixed() {
		locks = keymutex.NewHashed(128)
	}
	c := &controller{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, "http://" + addr, locks}
	for g := range *callers {
		go func() {
			for n := g; ; n += *callers {
				c.createVolume(fmt.Sprint("pvc-", n))
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
