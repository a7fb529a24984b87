// Webhooks are delivered by a worker pool with a handful of workers, each of which does
// nothing but wait for the receiver (hibiken/asynq#558, appleboy/gorush#690).
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/alitto/pond/v2"

	"shapes/rig"
)

var workers = flag.Int("workers", 4, "of the pool")

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		d := 8 * time.Millisecond
		if rig.Chance(10) {
			d = 40 * time.Millisecond
		}
		time.Sleep(d)
		w.WriteHeader(http.StatusAccepted)
	}))
}

type event struct {
	ID      int       `json:"id"`
	Type    string    `json:"type"`
	Account string    `json:"account"`
	Created time.Time `json:"created"`
}

type sender struct {
	client *http.Client
	base   string
	pool   pond.Pool
}

func (s *sender) deliver(e event) {
	body, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	resp, err := s.client.Post(s.base+"/hooks/"+e.Account, "application/json", bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	rig.Done(1)
}

// consume hands the events of the queue to the pool.
func (s *sender) consume() {
	for id := 1; ; id++ {
		e := event{id, "invoice.paid", fmt.Sprint("acct-", id%97), time.Now()}
		s.pool.Submit(func() { s.deliver(e) })
	}
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	n := *workers
	if rig.Fixed() {
		n = 32
	}
	s := &sender{
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		base:   "http://" + addr,
		pool:   pond.NewPool(n, pond.WithQueueSize(100)),
	}
	go s.consume()
	rig.Measure()
}
