package bench

// stream: the request's own goroutine decodes element by element while the
// body arrives, so that it never holds the body whole.
func stream[T any](c *collation[T]) {
	for it := range c.each(c.open, c.decodeStream) {
		c.gather(it)
	}
}
