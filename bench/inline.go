package bench

// inline: one goroutine reads each body and decodes it; the others only wait
// for headers. The requests overlap, the work does not. The same thing in
// other languages: buffer_unordered in one tokio task, asyncio on one loop.
func inline[T any](c *collation[T]) {
	for it := range c.each(c.open) {
		c.read(it)
		c.decode(it)
		c.gather(it)
	}
}
