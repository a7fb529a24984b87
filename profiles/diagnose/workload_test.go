package diagnose_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// interval is traced, after warmUp.
const (
	interval = time.Second
	warmUp   = 200 * time.Millisecond
)

// A workload runs until its stop has returned; stop waits for the interval.
type workload struct {
	run       func() (stop func(), err error)
	unsampled bool // without the CPU profiler
}

// workloads by name; they go on until the process ends.
var workloads = map[string]workload{
	"collector":           {run: endless(collector)},
	"collector-unsampled": {run: endless(collector), unsampled: true},
	"mutex":               {run: endless(mutex)},
	"pool":                {run: endless(pool)},
	"unawaited":           {run: endless(unawaited)},
	"garbage":             {run: endless(garbage)},
	"hoarder":             {run: endless(hoarder)},
	"semaphore":           {run: endless(semaphore)},
	"connections":         {run: endless(connections)},
	"slow-upstream":       {run: endless(slowUpstream)},
	"starved-workers":     {run: endless(starvedWorkers)},
	"two-workers":         {run: endless(twoWorkers)},
	"asleep":              {run: endless(asleep)},
	"ticking":             {run: endless(ticking)},
	"too-short":           {run: tracedFor(50*time.Millisecond, collector)},
	"brief":               {run: tracedFor(300*time.Millisecond, collector)},
}

func endless(begin func()) func() (func(), error) { return tracedFor(interval, begin) }

func tracedFor(d time.Duration, begin func()) func() (func(), error) {
	return func() (func(), error) {
		begin()
		time.Sleep(warmUp)
		return func() { time.Sleep(d) }, nil
	}
}

var page = []byte("[" + strings.Repeat(`{"id":1,"name":"a name","price":1.5,"tags":["one","two"]},`, 3000) + `{"id":2}]`)

//go:noinline
func decodePage(b []byte) int {
	var items []struct {
		ID    int      `json:"id"`
		Name  string   `json:"name"`
		Price float64  `json:"price"`
		Tags  []string `json:"tags"`
	}
	if err := json.Unmarshal(b, &items); err != nil {
		panic(err)
	}
	return len(items)
}

// collector is many goroutines that fetch, and one that decodes.
func collector() {
	bodies := make(chan []byte)
	for range 8 {
		go func() {
			for {
				time.Sleep(time.Millisecond)
				bodies <- page
			}
		}()
	}
	go gather(bodies)
}

func gather(bodies <-chan []byte) {
	for b := range bodies {
		decodePage(b)
	}
}

func mutex() {
	var mu sync.Mutex
	for range 8 {
		go func() {
			for {
				time.Sleep(time.Millisecond)
				decodeLocked(&mu)
			}
		}()
	}
}

func decodeLocked(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
	decodePage(page)
}

func pool() {
	for range 8 {
		go func() {
			for {
				decodePage(page)
			}
		}()
	}
}

// twoWorkers decode what eight fetch.
func twoWorkers() {
	bodies := make(chan []byte)
	for range 8 {
		go func() {
			for {
				bodies <- page
			}
		}()
	}
	for range 2 {
		go gather(bodies)
	}
}

// unawaited is one goroutine that no other waits for.
func unawaited() {
	go func() {
		for {
			decodePage(page)
		}
	}()
}

type tree struct{ left, right *tree }

// garbage keeps much, drops much, and has little memory for it.
func garbage() {
	debug.SetGCPercent(10)
	keep := grow(18)
	for range 4 {
		go func() {
			for {
				grow(12)
			}
		}()
	}
	go func() {
		time.Sleep(time.Hour)
		_ = keep.left
	}()
}

// hoarder is one goroutine that keeps much and drops much: the cores that it
// leaves idle collect the garbage.
func hoarder() {
	debug.SetGCPercent(10)
	go func() {
		keep := grow(21)
		for {
			grow(12)
			runtime.KeepAlive(keep)
		}
	}()
}

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func asleep() {
	for range 8 {
		go func() {
			for {
				time.Sleep(20 * time.Millisecond)
			}
		}()
	}
}

// ticking asks no more than 100 times a second.
func ticking() {
	ticks := time.NewTicker(10 * time.Millisecond)
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	askForever(16, c, func(ask func()) {
		<-ticks.C
		ask()
	})
}

// upstream answers after 20 ms.
func upstream() string {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(20 * time.Millisecond)
		io.WriteString(w, "[]")
	})).URL
}

func ask(c *http.Client, url string) {
	resp, err := c.Get(url)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

func askForever(n int, c *http.Client, request func(ask func())) {
	url := upstream()
	for range n {
		go func() {
			for {
				request(func() { ask(c, url) })
			}
		}()
	}
}

func semaphore() {
	permits := make(chan struct{}, 3)
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	askForever(16, c, func(ask func()) {
		permits <- struct{}{}
		defer func() { <-permits }()
		ask()
	})
}

func connections() {
	c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 2, MaxIdleConnsPerHost: 2}}
	askForever(16, c, func(ask func()) { ask() })
}

func slowUpstream() {
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	askForever(16, c, func(ask func()) { ask() })
}

// starvedWorkers wait for what one goroutine fetches.
func starvedWorkers() {
	bodies := make(chan []byte)
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	askForever(4, c, func(ask func()) {
		ask()
		bodies <- page[:0]
	})
	for range 8 {
		go func() {
			for range bodies {
				time.Sleep(time.Millisecond)
			}
		}()
	}
}
