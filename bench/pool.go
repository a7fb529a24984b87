package bench

import "sync"

// pool: GOMAXPROCS workers decode what the requests' goroutines have read. It
// has one decode a core under way where request has a window of half-decoded
// bodies. Readers that no worker serves yet wait in the channel's send, so the
// window bounds the queue; a buffer would only hide that.
func pool[T any](c *collation[T]) {
	bodies := c.each(c.open, c.read)
	decoded := make(chan *item[T])
	var workers sync.WaitGroup
	for range c.workers() {
		workers.Go(func() {
			for it := range bodies {
				c.decode(it)
				decoded <- it
			}
		})
	}
	go func() {
		workers.Wait()
		close(decoded)
	}()
	for it := range decoded {
		c.gather(it)
	}
}
