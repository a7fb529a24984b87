// One worker takes keys off a queue and reconciles each with some calls to the
// API server (openchoreo/openchoreo#4332, csi-addons/kubernetes-csi-addons#203:
// MaxConcurrentReconciles is 1 by default). Waiting work is data, no goroutine.
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

var delay = flag.Duration("delay", 6*time.Millisecond, "of each answer")

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(*delay)
		io.WriteString(w, `{"kind":"Component","spec":{"replicas":3},"status":{"ready":2}}`)
	}))
}

// queue is a work queue that never is empty: events come faster than they go.
type queue struct {
	mu   sync.Mutex
	cond *sync.Cond
	keys []int
}

func newQueue() *queue {
	q := &queue{}
	q.cond = sync.NewCond(&q.mu)
	return q
}

func (q *queue) add(k int) {
	q.mu.Lock()
	if len(q.keys) < 10000 {
		q.keys = append(q.keys, k)
	}
	q.mu.Unlock()
	q.cond.Signal()
}

func (q *queue) get() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.keys) == 0 {
		q.cond.Wait()
	}
	k := q.keys[0]
	q.keys = q.keys[1:]
	return k
}

type object struct {
	Kind   string
	Spec   struct{ Replicas int }
	Status struct{ Ready int }
}

type controller struct {
	client *http.Client
	base   string
	queue  *queue
}

func (c *controller) get(path string) object {
	resp, err := c.client.Get(c.base + path)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	var o object
	if err := json.NewDecoder(resp.Body).Decode(&o); err != nil {
		panic(err)
	}
	return o
}

func (c *controller) reconcile(key int) {
	o := c.get(fmt.Sprintf("/components/%d", key))
	if o.Spec.Replicas != o.Status.Ready {
		c.get(fmt.Sprintf("/deployments/%d", key))
		c.get(fmt.Sprintf("/status/%d", key))
	}
	rig.Done(1)
}

func (c *controller) worker() {
	for {
		c.reconcile(c.queue.get())
	}
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	c := &controller{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, "http://" + addr, newQueue()}
	workers := 1
	if rig.Fixed() {
		workers = 10
	}
	for range workers {
		go c.worker()
	}
	go func() { // the informer
		for n := 0; ; n++ {
			for range 20 {
				c.queue.add(n)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	rig.Measure()
}
