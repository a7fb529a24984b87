package view

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestMemoryIsLent: what is borrowed at a time is never more than there is, and each
// who asks gets it.
func TestMemoryIsLent(t *testing.T) {
	m := newMemory()
	var lent, most atomic.Int64
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			n := min(int64(i)<<24, largeMemory)
			_, err := borrowing(m, int64(i)<<24, func() (int, error) { // more than there is for the last ones
				now := lent.Add(n)
				for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
				}
				time.Sleep(time.Millisecond)
				lent.Add(-n)
				return 0, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > smallMemory+largeMemory || lent.Load() != 0 {
		t.Errorf("%d bytes were lent at a time, of %d", most.Load(), smallMemory+largeMemory)
	}
}

// TestBorrowingGivesUp: a request whose browser has gone waits no longer.
func TestBorrowingGivesUp(t *testing.T) {
	m := newMemory()
	giveBack, err := m.borrow(t.Context(), largeMemory)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.borrow(ctx, largeMemory); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	soon, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	small, err := m.borrow(soon, smallMost) // nor does it hold up the small ones
	if err != nil {
		t.Fatal(err)
	}
	small()
	giveBack()
	func() {
		defer func() { _ = recover() }()
		_, _ = borrowing(m, largeMemory, func() (int, error) { panic("made on purpose") })
	}()
	if giveBack, err = m.borrow(t.Context(), largeMemory); err != nil {
		t.Fatal("a panic keeps what it borrowed")
	}
	giveBack()
}

// TestPlaces: so many requests are in work at a time, and their answers are whole.
func TestPlaces(t *testing.T) {
	s := &server{places: newPlaces()}
	var now, most atomic.Int64
	h := s.answer(func(_ *server, w http.ResponseWriter, r *http.Request) error {
		in := now.Add(1)
		for seen := most.Load(); in > seen && !most.CompareAndSwap(seen, in); seen = most.Load() {
		}
		defer now.Add(-1)
		time.Sleep(time.Millisecond)
		w.Header().Set("X-Is", "kept")
		w.WriteHeader(http.StatusTeapot)
		_, err := fmt.Fprint(w, "answer to ", r.URL.Path)
		return err
	}, false)
	var wg sync.WaitGroup
	ask := func(run string) {
		r := httptest.NewRequest(http.MethodGet, "/x", nil)
		r.SetPathValue("id", run)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusTeapot || w.Body.String() != "answer to /x" || w.Header().Get("X-Is") != "kept" {
			t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
		}
	}
	for range 60 {
		wg.Go(func() { ask("one") })
	}
	wg.Wait()
	if most.Load() > inWorkOfRun {
		t.Errorf("%d requests for one run were in work at a time", most.Load())
	}
	for i := range 200 {
		wg.Go(func() { ask([]string{"", fmt.Sprint(i % 50)}[i%2]) })
	}
	wg.Wait()
	if most.Load() > inWork || len(s.places.ofRun) != 0 {
		t.Errorf("%d requests were in work at a time; places of %d runs are left", most.Load(), len(s.places.ofRun))
	}
}

// TestOneRunTakesNotAllPlaces: requests that wait for one run leave places for others.
func TestOneRunTakesNotAllPlaces(t *testing.T) {
	p := newPlaces()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if leave, ok := p.enter(ctx, "hostile"); ok {
				<-ctx.Done()
				leave()
			}
		})
	}
	for end := time.Now().Add(10 * time.Second); len(p.all) < 4 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	soon, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	for _, id := range []string{"", "good"} {
		leave, ok := p.enter(soon, id)
		if !ok {
			t.Fatalf("a request for %q has no place", id)
		}
		leave()
	}
	cancel()
	wg.Wait()
	if len(p.all) != 0 || len(p.ofRun) != 0 {
		t.Errorf("%d places, and those of %d runs, are left", len(p.all), len(p.ofRun))
	}
}

// TestCacheWeight: the values kept weigh no more than the budget, but the newest is kept.
func TestCacheWeight(t *testing.T) {
	c := newCache[int](10).within(10, func(v int) int64 { return int64(v) })
	for i, v := range []int{4, 4, 4, 1, 1} {
		get(t, c, fmt.Sprint(i), "1", func() (int, error) { return v, nil }, v)
	}
	if c.order.Len() != 4 || c.weight() != 10 {
		t.Errorf("%d values of weight %d", c.order.Len(), c.weight())
	}
	get(t, c, "large", "1", func() (int, error) { return 20, nil }, 20)
	if c.order.Len() != 1 || len(c.byKey) != 1 {
		t.Errorf("%d values beside a large one", c.order.Len())
	}
	get(t, c, "large", "1", nil, 20)
}
