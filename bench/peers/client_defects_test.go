package peers_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"collatebench/bench"
)

// connect makes the connections, and what is wrong with them.
func (c *goClient) connect() {
	c.http = bench.Connections(c.cell.window, bench.HTTP1)
	transport := c.http.Transport.(*http.Transport)
	switch c.defect {
	case "a connection for each request":
		transport.DisableKeepAlives = true
	case "a hundred connections":
		transport.MaxConnsPerHost = 100
	case "compression":
		transport.DisableCompression = false
	case "a proxy from the environment":
		if proxy, err := url.Parse(os.Getenv("http_proxy")); err == nil && proxy.Host != "" {
			transport.Proxy = http.ProxyURL(proxy)
		}
	case "waits for a stalled response":
		c.http.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			return transport.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
		})
	case "asks before it has decoded":
		if c.cell.window == 1 {
			c.http.Transport = &prefetcher{next: transport, last: 4 + c.ops*c.responses - 1, there: map[int]*prefetched{}}
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// startChild starts what outlives the client, and returns what ends it.
func (c *goClient) startChild() (stop func()) {
	if !c.has("a child that is left") && !c.has("a child that is orphaned") {
		return func() {}
	}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		panic(err)
	}
	return func() {
		if c.has("a child that is orphaned") {
			_ = child.Process.Kill()
			_ = child.Wait()
		}
	}
}

// A prefetcher asks for the next response once one has been read.
type prefetcher struct {
	next http.RoundTripper
	last int // id of all

	mu    sync.Mutex
	there map[int]*prefetched
}

// A prefetched is a response that is fetched before it is asked for.
type prefetched struct {
	come     chan struct{}
	response *http.Response
	err      error
}

func (p *prefetcher) RoundTrip(r *http.Request) (*http.Response, error) {
	id, err := strconv.Atoi(r.URL.Query().Get("id"))
	if err != nil {
		return nil, err
	}
	a := p.fetch(r, id)
	<-a.come
	if a.err == nil {
		a.response.Body = &read{ReadCloser: a.response.Body, then: func() {
			if id < p.last {
				p.fetch(r, id+1)
			}
		}}
	}
	return a.response, a.err
}

// fetch begins to fetch a response, unless that was done before.
func (p *prefetcher) fetch(like *http.Request, id int) *prefetched {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.there[id]; a != nil {
		return a
	}
	a := &prefetched{come: make(chan struct{})}
	p.there[id] = a
	r := like.Clone(context.Background())
	q := r.URL.Query()
	q.Set("id", strconv.Itoa(id))
	r.URL.RawQuery = q.Encode()
	go func() {
		a.response, a.err = p.next.RoundTrip(r)
		close(a.come)
	}()
	return a
}

// A read calls then once, at its end.
type read struct {
	io.ReadCloser
	then func()
	once sync.Once
}

func (r *read) Close() error {
	r.once.Do(r.then)
	return r.ReadCloser.Close()
}
