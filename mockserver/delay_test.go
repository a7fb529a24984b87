package mockserver_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"collatebench/mockserver"
)

func TestServiceLastsAtLeastItsDelay(t *testing.T) {
	for _, test := range []struct {
		latency string
		least   float64 // ms, of each request
	}{
		{"none", 0},
		{"3ms", 3},
		{"uniform:2ms:4ms", 2},
		{"lognormal:3ms:4ms", 2}, // 3 ms and more than 3 deviations less
		{"pareto:2ms:3", 2},
		{"load:2ms:1ms", 2},
	} {
		t.Run(test.latency, func(t *testing.T) {
			u := serve(t, mockserver.Options{Behaviour: behave(t, "latency", test.latency)})
			sum := 0.0
			for id := range 20 {
				resp, _ := u.must("size=1KiB&id=%d", id)
				queue, service := timing(t, resp)
				if service < test.least || queue != 0 {
					t.Errorf("id %d: queued %v ms and served %v ms, want 0 and %v or more", id, queue, service, test.least)
				}
				sum += service / 1e3
			}
			st := u.stats()
			if math.Abs(st.ServiceSeconds-sum) > 20*1e-6 {
				t.Errorf("the statistics have %v s of service, the headers %v", st.ServiceSeconds, sum)
			}
			// A timer fires late, if only by nanoseconds, and 20 are not all exact.
			if drawn := 20 * test.least / 1e3; test.least > 0 && st.ServiceSeconds <= drawn {
				t.Errorf("the statistics have %v s of service for delays of %v: as drawn, not as it was", st.ServiceSeconds, drawn)
			}
		})
	}
}

// hold begins a request that stalls, and returns once its header is there.
func (u *upstream) hold(query string, args ...any) (*http.Response, context.CancelFunc) {
	u.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	u.t.Cleanup(cancel)
	resp, err := u.get(ctx, query, args...)
	if err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		u.t.Fatalf("%s: %s", resp.Request.URL, resp.Status)
	}
	return resp, cancel
}

func TestLoadDelaysByTheOthersInService(t *testing.T) {
	u := serve(t, mockserver.Options{Behaviour: behave(t, "latency", "load:2ms:3ms", "faults", "stall:100%")})
	for others := range 4 {
		resp, _ := u.hold("size=1KiB")
		if _, service := timing(t, resp); service < 2+3*float64(others) {
			t.Errorf("with %d others in service: %v ms", others, service)
		}
	}
}

// TestLoadDoesNotCountTheRequestItself: one alone has the base delay, on a clock that
// moves only when all sleep; one that comes 1 ms later has one other beside it.
func TestLoadDoesNotCountTheRequestItself(t *testing.T) {
	const ms = time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		s, err := mockserver.New(mockserver.Options{Behaviour: behave(t, "latency", "load:10ms:5ms")})
		if err != nil {
			t.Fatal(err)
		}
		ask := func() time.Duration {
			began := time.Now()
			s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/payload?size=1KiB", nil))
			return time.Since(began)
		}
		if took := ask(); took != 10*ms {
			t.Errorf("alone: %v; want 10ms", took)
		}
		first := make(chan time.Duration)
		go func() { first <- ask() }()
		time.Sleep(ms)
		if second := ask(); second != 15*ms {
			t.Errorf("beside another: %v; want 15ms", second)
		}
		if took := <-first; took != 10*ms {
			t.Errorf("the one before it: %v; want 10ms", took)
		}
	})
}

// queued is how many goroutines of this process wait for a place in service.
// The statistics can't tell: a request arrives a moment before it waits.
func queued() int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	n := 0
	for g := range strings.SplitSeq(string(stacks), "\n\n") {
		if head, _, _ := strings.Cut(g, "\n"); strings.Contains(head, "[select") && strings.Contains(g, "semaphore.(*Weighted).Acquire") {
			n++
		}
	}
	return n
}

// TestQueueServesInOrderOfArrival has each request stall once it is served, so
// that it is the test that says when the next one's turn is.
func TestQueueServesInOrderOfArrival(t *testing.T) {
	const places, waiting = 3, 8
	u := serve(t, mockserver.Options{Behaviour: behave(t, "queue", fmt.Sprint(places), "faults", "stall:100%")})
	release := make([]context.CancelFunc, places+waiting)
	for i := range places {
		_, release[i] = u.hold("size=1KiB")
	}
	served := make(chan int, waiting)
	for i := places; i < places+waiting; i++ {
		var ctx context.Context
		ctx, release[i] = context.WithCancel(context.Background())
		t.Cleanup(release[i])
		go func() {
			if resp, err := u.get(ctx, "size=1KiB"); err == nil {
				defer resp.Body.Close()
				served <- i
				io.Copy(io.Discard, resp.Body)
			}
		}()
		u.until("one more in the queue", func(mockserver.Stats) bool { return queued() == i-places+1 })
	}
	const impatient = places + 2
	release[impatient]()
	u.until("one leaves the queue", func(s mockserver.Stats) bool { return s.InFlight == places+waiting-1 })
	holders := []int{0, 1, 2}
	for next := places; next < places+waiting; next++ {
		if next == impatient {
			continue
		}
		release[holders[0]]()
		holders = append(holders[1:], next)
		if got := <-served; got != next {
			t.Fatalf("request %d was served, want %d", got, next)
		}
	}
	for _, end := range release {
		end()
	}
	u.until("all gone", func(s mockserver.Stats) bool { return s.InFlight == 0 })
	st := u.stats()
	if st.PeakInService != places || st.PeakInFlight != places+waiting || st.InService != 0 {
		t.Errorf("peaks of %d in service and %d in flight, want %d and %d", st.PeakInService, st.PeakInFlight, places, places+waiting)
	}
	if st.QueueSeconds <= 0 || st.Requests != places+waiting {
		t.Errorf("%d requests queued %v s, want %d", st.Requests, st.QueueSeconds, places+waiting)
	}
}

func TestQueueWaitIsReported(t *testing.T) {
	const n = 6
	u := serve(t, mockserver.Options{Behaviour: behave(t, "queue", "1", "latency", "5ms")})
	waits := make(chan float64, n)
	for range n {
		go func() {
			resp, _, err := u.fetch("size=1KiB")
			if err != nil {
				t.Error(err)
				waits <- 0
				return
			}
			queue, _ := timing(t, resp)
			waits <- queue
		}()
	}
	sum, longest := 0.0, 0.0
	for range n {
		wait := <-waits
		sum += wait / 1e3
		longest = max(longest, wait)
	}
	st := u.stats()
	if math.Abs(st.QueueSeconds-sum) > n*1e-6 {
		t.Errorf("the statistics have %v s in the queue, the headers %v", st.QueueSeconds, sum)
	}
	if st.PeakInService != 1 {
		t.Errorf("%d in service at once, want 1", st.PeakInService)
	}
	// The last of n at once waits for all others but the one in service.
	if st.PeakInFlight == n && longest < 5*(n-2) {
		t.Errorf("%d at once for one place of 5 ms, and the longest wait was %v ms", n, longest)
	}
}

func TestClientThatLeavesEndsItsDelay(t *testing.T) {
	u := serve(t, mockserver.Options{Behaviour: behave(t, "latency", "1m")})
	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error, 1)
	go func() {
		_, err := u.get(ctx, "size=1KiB")
		failed <- err
	}()
	u.until("in service", func(s mockserver.Stats) bool { return s.InService == 1 })
	cancel()
	if err := <-failed; err == nil {
		t.Error("a request was answered before its time")
	}
	start := time.Now()
	u.until("left", func(s mockserver.Stats) bool { return s.InFlight == 0 })
	if st := u.stats(); st.Requests != 1 || st.Bytes != 0 || st.ServiceSeconds <= 0 || st.ServiceSeconds >= time.Minute.Seconds() {
		t.Errorf("after %v: %+v", time.Since(start), st)
	}
}

// TestFaultsDoNotPreferSlowRequests: of the requests that a fault strikes, about half are
// slower than the median. They are served without a network, on a clock that moves only
// when all sleep, so that each takes just what was drawn.
func TestFaultsDoNotPreferSlowRequests(t *testing.T) {
	const n = 400
	synctest.Test(t, func(t *testing.T) {
		for _, seed := range []uint64{1, 2} {
			s, err := mockserver.New(mockserver.Options{Seed: seed, Behaviour: behave(t, "latency", "uniform:10ms:30ms", "faults", "503:30%")})
			if err != nil {
				t.Fatal(err)
			}
			struck, slow := 0, 0
			for id := range n {
				began := time.Now()
				w := httptest.NewRecorder()
				s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/v1/payload?size=1KiB&id=%d", id), nil))
				if w.Code == http.StatusServiceUnavailable {
					struck++
					if time.Since(began) > 20*time.Millisecond {
						slow++
					}
				}
			}
			if struck < n/5 || slow < struck*35/100 || slow > struck*65/100 {
				t.Errorf("seed %d: of %d that were struck %d were slow", seed, struck, slow)
			}
		}
	})
}
