package bench

// collector: bodies are read in parallel, and the one goroutine that gathers
// them decodes as well. An actor or a channel's consumer is often this.
func collector[T any](c *collation[T]) {
	for it := range c.each(c.open, c.read) {
		c.decode(it)
		c.gather(it)
	}
}
