package rig

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"time"
)

// bodies of an upstream rotate, so that one does not stay in the cache.
const bodies = 4

// pages answers /pages/N. It is cheap, for it shares the cores with the client:
// bodies are built once, and written with one Write where the link has no limit.
type pages struct {
	bodies [][]byte
	seed   uint64
	delay  time.Duration
	link   *link
}

func (p Program) serve(f *flags) error {
	debug.SetGCPercent(400)
	s := &http.Server{Handler: p.pages(f)}
	if p.Upstream != nil {
		p.Upstream(s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	greeting := upstream{Scheme: "http", Address: l.Addr().String()}
	serve := func() { s.Serve(l) }
	if p.TLS {
		if s.TLSConfig, greeting.Roots, err = certify(); err != nil {
			return fmt.Errorf("serve: %w", err)
		}
		greeting.Scheme = "https"
		serve = func() { s.ServeTLS(l, "", "") }
	}
	go serve()
	return answer(greeting)
}

// answer greets, and then tells the CPU seconds used for each line that it
// reads, until standard input closes.
func answer(greeting upstream) error {
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(greeting); err != nil {
		return fmt.Errorf("serve: greet: %w", err)
	}
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		if err := out.Encode(processCPU().Seconds()); err != nil {
			return fmt.Errorf("serve: tell the CPU seconds: %w", err)
		}
	}
	return nil
}

func (p Program) pages(f *flags) *pages {
	page := p.Page
	if page == nil {
		page = Items
	}
	h := &pages{seed: f.seed, delay: f.delay}
	if f.bandwidth > 0 {
		h.link = &link{bytesPerSecond: float64(f.bandwidth)}
	}
	for i := range uint64(bodies) {
		h.bodies = append(h.bodies, page(rand.New(rand.NewPCG(f.seed, i)), int(f.size)))
	}
	return h
}

func (h *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseUint(r.URL.Path[len("/pages/"):], 10, 64)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	time.Sleep(h.latency(n))
	body := h.bodies[n%bodies]
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if h.link == nil {
		w.Write(body)
		return
	}
	h.link.write(w, body)
}

// latency is within a quarter of the mean, and depends on nothing but the page:
// who asks first makes no difference.
func (h *pages) latency(page uint64) time.Duration {
	random := rand.New(rand.NewPCG(h.seed, page)).Float64()
	return time.Duration(float64(h.delay) * (.75 + random/2))
}
