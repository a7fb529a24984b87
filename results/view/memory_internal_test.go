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
			n := min(int64(i)<<26, workMemory)
			_, err := borrowing(m, int64(i)<<26, func() (int, error) { // more than there is for the last ones
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
	if most.Load() > workMemory || lent.Load() != 0 {
		t.Errorf("%d bytes were lent at a time, of %d", most.Load(), workMemory)
	}
}

// TestBorrowingGivesUp: a request whose browser has gone waits no longer.
func TestBorrowingGivesUp(t *testing.T) {
	m := newMemory()
	giveBack, err := m.borrow(t.Context(), workMemory)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.borrow(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	giveBack()
	func() {
		defer func() { _ = recover() }()
		_, _ = borrowing(m, workMemory, func() (int, error) { panic("made on purpose") })
	}()
	if giveBack, err = m.borrow(t.Context(), workMemory); err != nil {
		t.Fatal("a panic keeps what it borrowed")
	}
	giveBack()
}

// TestPlaces: so many requests are in work at a time, and their answers are whole.
func TestPlaces(t *testing.T) {
	s := &server{places: make(chan struct{}, 3)}
	var now, most atomic.Int64
	h := s.answer(func(_ *server, w http.ResponseWriter, r *http.Request) error {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		time.Sleep(time.Millisecond)
		w.Header().Set("X-Is", "kept")
		w.WriteHeader(http.StatusTeapot)
		_, err := fmt.Fprint(w, "answer to ", r.URL.Path)
		return err
	}, false)
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", nil))
			if w.Code != http.StatusTeapot || w.Body.String() != "answer to /x" || w.Header().Get("X-Is") != "kept" {
				t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
			}
		})
	}
	wg.Wait()
	if most.Load() > 3 {
		t.Errorf("%d requests were in work at a time", most.Load())
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
