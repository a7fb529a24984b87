// An exporter lists the secrets of hundreds of namespaces, 32 at a time, behind
// the client's own rate limit (enix/x509-certificate-exporter#278; client-go's
// default of 5 a second, burst 10, scaled to what fits into three seconds).
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"shapes/rig"
)

var (
	callers = flag.Int("callers", 32, "lists at a time")
	limit   = flag.Int("limit", 50, "requests a second")
)

type secret struct{ Name, Type, Data string }

func serve(l net.Listener) {
	page := make([]secret, 40)
	for i := range page {
		page[i] = secret{fmt.Sprint("tls-", i), "kubernetes.io/tls", "MIIB"}
	}
	body, _ := json.Marshal(page)
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(12 * time.Millisecond)
		w.Write(body)
	}))
}

type client struct {
	http    *http.Client
	base    string
	limiter *rate.Limiter
}

func (c *client) list(ctx context.Context, namespace int) ([]secret, error) {
	if err := c.limiter.Wait(ctx); err != nil {
		return nil, err
	}
	resp, err := c.http.Get(fmt.Sprintf("%s/api/v1/namespaces/ns-%d/secrets", c.base, namespace))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var s []secret
	return s, json.NewDecoder(resp.Body).Decode(&s)
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	limiter := rate.NewLimiter(rate.Limit(*limit), 10)
	if rig.Fixed() {
		limiter = rate.NewLimiter(500, 1000)
	}
	c := &client{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, "http://" + addr, limiter}
	namespaces := make(chan int)
	var wg sync.WaitGroup
	for range *callers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := range namespaces {
				if _, err := c.list(context.Background(), n); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	go func() {
		for n := 0; ; n++ {
			namespaces <- n
		}
	}()
	rig.Measure()
}
