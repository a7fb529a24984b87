// A producer collects messages for a batch and waits up to its linger time for more, but all
// who send are waiting for their acknowledgement already and nothing more can come
// (segmentio/kafka-go#852, #1067, #1167).
package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"

	"shapes/rig"
)

const (
	batchSize = 100
	linger    = 50 * time.Millisecond
)

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		time.Sleep(4 * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	}))
}

type message struct {
	Key   int       `json:"key"`
	Value string    `json:"value"`
	Time  time.Time `json:"time"`
}

type pending struct {
	message
	acked chan struct{}
}

type producer struct {
	client *http.Client
	url    string
	in     chan pending
}

// send returns when the broker has the message.
func (p *producer) send(m message) {
	acked := make(chan struct{})
	p.in <- pending{m, acked}
	<-acked
}

func (p *producer) write(batch []pending) {
	messages := make([]message, len(batch))
	for i, m := range batch {
		messages[i] = m.message
	}
	body, err := json.Marshal(messages)
	if err != nil {
		panic(err)
	}
	resp, err := p.client.Post(p.url, "application/json", bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	resp.Body.Close()
	for _, m := range batch {
		close(m.acked)
	}
}

// collect fills a batch until it is full or has lingered.
func (p *producer) collect() []pending {
	batch := []pending{<-p.in}
	timeout := time.NewTimer(linger)
	defer timeout.Stop()
	for len(batch) < batchSize {
		select {
		case m := <-p.in:
			batch = append(batch, m)
		case <-timeout.C:
			return batch
		}
	}
	return batch
}

// collectWaiting takes what has come up to now.
func (p *producer) collectWaiting() []pending {
	batch := []pending{<-p.in}
	for len(batch) < batchSize {
		select {
		case m := <-p.in:
			batch = append(batch, m)
		default:
			return batch
		}
	}
	return batch
}

func (p *producer) run(collect func() []pending) {
	for {
		p.write(collect())
	}
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	p := &producer{client: new(http.Client), url: "http://" + addr + "/topics/audit", in: make(chan pending, batchSize)}
	if rig.Fixed() {
		go p.run(p.collectWaiting)
	} else {
		go p.run(p.collect)
	}
	for g := range 24 {
		go func() {
			for i := g; ; i += 24 {
				p.send(message{i, "login", time.Now()})
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
