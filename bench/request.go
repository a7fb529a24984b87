package bench

// request: each request's own goroutine decodes what it has read, so decoding
// runs on every core. The same thing in other languages: tokio::spawn per
// request, folly Tasks on a pool; in Go, errgroup.
func request[T any](c *collation[T]) {
	for it := range c.each(c.open, c.read, c.decode) {
		c.gather(it)
	}
}
