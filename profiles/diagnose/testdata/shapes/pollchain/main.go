// An export is a chain of jobs, and after each is started it is asked every 100 ms whether it
// has finished, though the jobs take much less (maragudk/goqite#69, turbot/tailpipe#107).
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"shapes/rig"
)

const interval = 100 * time.Millisecond

func serve(l net.Listener) {
	var jobs sync.Map
	var last atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("POST /jobs", func(w http.ResponseWriter, r *http.Request) {
		id, finished := last.Add(1), make(chan struct{})
		jobs.Store(fmt.Sprint(id), finished)
		time.AfterFunc(15*time.Millisecond, func() { close(finished) })
		fmt.Fprintf(w, `{"id":%d}`, id)
	})
	mux.HandleFunc("GET /jobs/{id}", func(w http.ResponseWriter, r *http.Request) {
		job, ok := jobs.Load(r.PathValue("id"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		finished := job.(chan struct{})
		if wait, _ := time.ParseDuration(r.FormValue("wait")); wait > 0 {
			select {
			case <-finished:
			case <-time.After(wait):
			}
		}
		select {
		case <-finished:
		default:
			fmt.Fprint(w, `{"state":"running"}`)
			return
		}
		jobs.Delete(r.PathValue("id"))
		fmt.Fprint(w, `{"state":"done"}`)
	})
	http.Serve(l, mux)
}

type exporter struct {
	client *http.Client
	base   string
}

func answer(resp *http.Response, err error) (v struct {
	ID    int
	State string
}) {
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		panic(err)
	}
	return v
}

func (e *exporter) start(step string, n int) int {
	return answer(e.client.Post(fmt.Sprintf("%s/jobs?step=%s&export=%d", e.base, step, n), "", nil)).ID
}

func (e *exporter) finished(job int, wait time.Duration) bool {
	return answer(e.client.Get(fmt.Sprintf("%s/jobs/%d?wait=%s", e.base, job, wait))).State == "done"
}

func (e *exporter) await(job int) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for range ticker.C {
		if e.finished(job, 0) {
			return
		}
	}
}

// awaitLong leaves waiting to the service.
func (e *exporter) awaitLong(job int) {
	for !e.finished(job, time.Second) {
	}
}

func (e *exporter) export(n int) {
	for _, step := range []string{"collect", "render", "publish"} {
		job := e.start(step, n)
		if rig.Fixed() {
			e.awaitLong(job)
		} else {
			e.await(job)
		}
	}
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	e := &exporter{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	for g := range 24 {
		go func() {
			for i := g; ; i += 24 {
				e.export(i)
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
