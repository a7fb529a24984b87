package view

import (
	"errors"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// TestCacheMakesOnce: a request while a value is made gets that value.
func TestCacheMakesOnce(t *testing.T) {
	c := newCache[int](4)
	var made atomic.Int64
	begun, release := make(chan bool), make(chan bool)
	slow := func() (int, error) {
		made.Add(1)
		close(begun)
		<-release
		return 7, nil
	}
	var wg sync.WaitGroup
	wg.Go(func() { get(t, c, "a", "1", slow, 7) })
	<-begun
	for range 20 {
		wg.Go(func() { get(t, c, "a", "1", slow, 7) })
	}
	// Other values can be made meanwhile, and kept values are returned at once.
	get(t, c, "b", "1", func() (int, error) { return 8, nil }, 8)
	get(t, c, "b", "1", nil, 8)
	close(release)
	wg.Wait()
	if n := made.Load(); n != 1 {
		t.Errorf("it was made %d times", n)
	}
}

func get(t *testing.T, c *cache[int], key, version string, make func() (int, error), want int) {
	t.Helper()
	if got, err := c.get(key, version, make); err != nil || got != want {
		t.Errorf("%s at %s: %d, %v; want %d", key, version, got, err, want)
	}
}

// TestCacheKeepsTheLast: the cache keeps no more values than its bound, and one
// version of each key.
func TestCacheKeepsTheLast(t *testing.T) {
	c := newCache[int](3)
	value := func(n int) func() (int, error) { return func() (int, error) { return n, nil } }
	for n := range 3 {
		get(t, c, strconv.Itoa(n), "1", value(n), n)
	}
	get(t, c, "0", "1", nil, 0)        // now asked for last
	get(t, c, "2", "2", value(5), 5)   // in the place of the older
	get(t, c, "9", "1", value(9), 9)   // takes the place of 1
	get(t, c, "0", "1", nil, 0)        // is kept
	get(t, c, "2", "2", nil, 5)        // too
	get(t, c, "1", "1", value(11), 11) // made again
	if c.order.Len() != 3 || len(c.byKey) != 3 {
		t.Errorf("%d values are kept by %d keys, want 3", c.order.Len(), len(c.byKey))
	}
}

// TestCacheKeepsNoError: after an error the next request makes the value.
func TestCacheKeepsNoError(t *testing.T) {
	c := newCache[http.Handler](3)
	broken := errors.New("broken")
	if h, err := c.get("a", "1", func() (http.Handler, error) { return nil, broken }); h != nil || !errors.Is(err, broken) {
		t.Errorf("%v, %v", h, err)
	}
	if h, err := c.get("a", "1", func() (http.Handler, error) { return http.NotFoundHandler(), nil }); h == nil || err != nil {
		t.Errorf("%v, %v", h, err)
	}
}
