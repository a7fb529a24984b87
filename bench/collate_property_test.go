package bench_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"collatebench/bench"
)

// A fakeUpstream is a transport that answers id after delays[id] and counts
// what the contract is about. Under synctest its time is not real.
type fakeUpstream struct {
	delays            []time.Duration
	broken            map[int]bool // ids that get a status of 503
	admitted, running atomic.Int64
	collated, most    atomic.Int64
	unread, mostSent  atomic.Int64 // requests whose body is not closed yet
	decoding, atOnce  atomic.Int64
}

// ask counts a request, however it is made.
func (f *fakeUpstream) ask() {
	raise(&f.most, f.admitted.Add(1)-f.collated.Load())
}

// raise is racy against others, but then those see as much.
func raise(most *atomic.Int64, n int64) {
	if n > most.Load() {
		most.Store(n)
	}
}

// closing is a body that tells when it is closed.
type closing struct {
	io.Reader
	close func()
}

func (c *closing) Close() error { c.close(); return nil }

func (f *fakeUpstream) RoundTrip(r *http.Request) (*http.Response, error) {
	f.ask()
	f.running.Add(1)
	defer f.running.Add(-1)
	raise(&f.mostSent, f.unread.Add(1))
	read := sync.OnceFunc(func() { f.unread.Add(-1) })
	id, err := strconv.Atoi(r.URL.Query().Get("id"))
	if err != nil {
		return nil, err
	}
	select {
	case <-time.After(f.delays[id]):
	case <-r.Context().Done():
		read()
		return nil, r.Context().Err()
	}
	status := http.StatusOK
	if f.broken[id] {
		status = http.StatusServiceUnavailable
	}
	body := strconv.Itoa(id)
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status), ContentLength: int64(len(body)),
		Body: &closing{strings.NewReader(body), read},
	}, nil
}

func (f *fakeUpstream) client(p bench.Placement, o bench.Order, window int, decode time.Duration) *bench.Client[int] {
	return &bench.Client[int]{
		URL:       func(id int) string { return "http://upstream/?id=" + strconv.Itoa(id) },
		HTTP:      &http.Client{Transport: f},
		Window:    window,
		Placement: p,
		Order:     o,
		Decode: func(body []byte) (int, error) {
			raise(&f.atOnce, f.decoding.Add(1))
			defer f.decoding.Add(-1)
			time.Sleep(decode) // of the bubble's time
			return strconv.Atoi(string(body))
		},
		DecodeStream: func(r io.Reader) (int, error) {
			body, err := io.ReadAll(r)
			if err != nil {
				return 0, err
			}
			return strconv.Atoi(string(body))
		},
	}
}

// stored hands a response out as a client's memory does.
func (f *fakeUpstream) stored(id int) (http.Header, []byte) {
	f.ask()
	return nil, strconv.AppendInt(nil, int64(id), 10)
}

// vary gives a client limits of its own, or has it recall what it asks for.
func (f *fakeUpstream) vary(t *rapid.T, c *bench.Client[int]) {
	c.Fetches = rapid.IntRange(0, 4).Draw(t, "fetches")
	c.Workers = rapid.IntRange(0, 4).Draw(t, "workers")
	c.Simulation.Cores = rapid.IntRange(0, 4).Draw(t, "virtual cores")
	c.Simulation.Decode = time.Duration(rapid.IntRange(0, 5).Draw(t, "virtual decode ms")) * time.Millisecond
	if len(f.broken) == 0 && rapid.Bool().Draw(t, "from memory") {
		c.Stored = f.stored
	}
}

// forEachContract runs f for every placement and order.
func forEachContract(t *testing.T, f func(t *testing.T, p bench.Placement, o bench.Order)) {
	for _, p := range bench.Placements() {
		for _, o := range bench.Orders() {
			t.Run(string(p)+"/"+string(o), func(t *testing.T) { f(t, p, o) })
		}
	}
}

// drawUpstream makes n delays, so that responses overtake each other.
func drawUpstream(t *rapid.T, n int) *fakeUpstream {
	f := &fakeUpstream{broken: map[int]bool{}}
	for range n {
		f.delays = append(f.delays, time.Duration(rapid.IntRange(0, 9).Draw(t, "delay ms"))*time.Millisecond)
	}
	return f
}

// TestContract holds every placement to what all of them promise. Leaving
// synctest's bubble fails where a goroutine is left behind.
func TestContract(t *testing.T) {
	forEachContract(t, func(t *testing.T, p bench.Placement, o bench.Order) {
		rapid.Check(t, func(rt *rapid.T) {
			n := rapid.IntRange(0, 40).Draw(rt, "n")
			window := rapid.IntRange(1, 12).Draw(rt, "window")
			f := drawUpstream(rt, n)
			decode := time.Duration(rapid.IntRange(0, 5).Draw(rt, "decode ms")) * time.Millisecond
			c := f.client(p, o, window, decode)
			f.vary(rt, c)
			inBubble(t, rt, func() error { return checkContract(f, c, n) })
		})
	})
}

// inBubble runs check under synctest's clock. The bubble has a goroutine of its
// own, in which rapid's Fatal would not be caught.
func inBubble(t *testing.T, rt *rapid.T, check func() error) {
	var err error
	synctest.Test(t, func(*testing.T) { err = check() })
	if err != nil {
		rt.Fatal(err)
	}
}

func checkContract(f *fakeUpstream, c *bench.Client[int], n int) error {
	var got []int
	err := c.Collate(context.Background(), n, func(id, v int) error {
		if id != v && c.Simulation.Cores == 0 {
			return fmt.Errorf("request %d was given the value of %d", id, v)
		}
		f.collated.Add(1)
		got = append(got, id) // the race detector would see a second goroutine
		return nil
	})
	if err != nil {
		return err
	}
	if most := f.most.Load(); most > int64(c.Window) {
		return fmt.Errorf("%d requests were admitted and not collated; the window is %d", most, c.Window)
	}
	if sent := f.mostSent.Load(); c.Fetches > 0 && sent > int64(c.Fetches) {
		return fmt.Errorf("%d requests were sent and not read whole; fetches are %d", sent, c.Fetches)
	}
	if c.Placement.Limited() && c.Workers > 0 && f.atOnce.Load() > int64(c.Workers) {
		return fmt.Errorf("%d decodes ran at once of %d", f.atOnce.Load(), c.Workers)
	}
	seen := map[int]bool{}
	for i, id := range got {
		if c.Order == bench.RequestWise && id != i {
			return fmt.Errorf("gathered %v, not in request order", got)
		}
		seen[id] = true
	}
	if len(got) != n || len(seen) != n {
		return fmt.Errorf("gathered %v of %d requests", got, n)
	}
	return nil
}

func TestWindowIsFilled(t *testing.T) {
	forEachContract(t, func(t *testing.T, p bench.Placement, o bench.Order) {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeUpstream{delays: make([]time.Duration, 64)}
			for i := range f.delays {
				f.delays[i] = time.Millisecond
			}
			err := f.client(p, o, 8, time.Millisecond).Collate(t.Context(), 64, func(int, int) error { f.collated.Add(1); return nil })
			if err != nil || f.most.Load() != 8 {
				t.Errorf("at most %d of a window of 8 were in use (%v)", f.most.Load(), err)
			}
		})
	})
}

// TestWorkersDecodeAtOnce: as many as there are, and one a core by default.
func TestWorkersDecodeAtOnce(t *testing.T) {
	for _, p := range bench.Placements() {
		if !p.Limited() {
			continue
		}
		for workers, want := range map[int]int{0: runtime.GOMAXPROCS(0), 3: 3, 5: 5} {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeUpstream{delays: make([]time.Duration, 24)}
				c := f.client(p, bench.Completion, max(8, want), time.Millisecond)
				c.Workers = workers
				if err := c.Collate(t.Context(), 24, func(int, int) error { return nil }); err != nil || f.atOnce.Load() != int64(want) {
					t.Errorf("%s with Workers %d decoded %d at once (%v); want %d", p, workers, f.atOnce.Load(), err, want)
				}
			})
		}
	}
}

// TestFirstErrorCancels breaks some requests; the error must be of one that is
// broken, and those behind it must not be asked for.
func TestFirstErrorCancels(t *testing.T) {
	forEachContract(t, func(t *testing.T, p bench.Placement, o bench.Order) {
		rapid.Check(t, func(rt *rapid.T) {
			n := rapid.IntRange(1, 40).Draw(rt, "n")
			window := rapid.IntRange(1, 12).Draw(rt, "window")
			f := drawUpstream(rt, n)
			f.broken[rapid.IntRange(0, n-1).Draw(rt, "broken")] = true
			f.broken[rapid.IntRange(0, n-1).Draw(rt, "broken too")] = true
			c := f.client(p, o, window, time.Millisecond)
			f.vary(rt, c)
			inBubble(t, rt, func() error { return checkFirstError(f, c, n) })
		})
	})
}

func checkFirstError(f *fakeUpstream, c *bench.Client[int], n int) error {
	err := c.Collate(context.Background(), n, func(id, _ int) error {
		if f.broken[id] {
			return fmt.Errorf("broken request %d was gathered", id)
		}
		return nil
	})
	failed := (*bench.RequestError)(nil)
	if !errors.As(err, &failed) || !f.broken[failed.ID] || !strings.Contains(err.Error(), "503") {
		return fmt.Errorf("got %v; broken are %v", err, f.broken)
	}
	if f.running.Load() != 0 {
		return errors.New("requests are still running")
	}
	return nil
}

func TestGatherErrorComesBackWithItsID(t *testing.T) {
	forEachContract(t, func(t *testing.T, p bench.Placement, o bench.Order) {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeUpstream{delays: make([]time.Duration, 20)}
			stop := errors.New("enough")
			var after bool
			err := f.client(p, o, 4, time.Millisecond).Collate(t.Context(), 20, func(id, _ int) error {
				if after {
					t.Error("gathered more after an error")
				}
				if id == 7 {
					after = true
					return stop
				}
				return nil
			})
			failed := (*bench.RequestError)(nil)
			if !errors.As(err, &failed) || failed.ID != 7 || !errors.Is(err, stop) {
				t.Errorf("got %v; want request 7: enough", err)
			}
		})
	})
}

func TestCancelledCollationReturnsItsCause(t *testing.T) {
	forEachContract(t, func(t *testing.T, p bench.Placement, o bench.Order) {
		synctest.Test(t, func(t *testing.T) {
			f := &fakeUpstream{delays: make([]time.Duration, 20)}
			for i := range f.delays {
				f.delays[i] = time.Hour
			}
			why := errors.New("shutting down")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Minute, func() { cancel(why) })
			err := f.client(p, o, 4, 0).Collate(ctx, 20, func(int, int) error { return nil })
			if !errors.Is(err, why) {
				t.Errorf("got %v; want the cause", err)
			}
		})
	})
}

func TestUnknownPlacementIsAnError(t *testing.T) {
	c := (&fakeUpstream{}).client("nowhere", "", 1, 0)
	if err := c.Collate(t.Context(), 1, nil); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("got %v", err)
	}
}
