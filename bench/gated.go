package bench

// gated: the request's own goroutine decodes once it holds one of GOMAXPROCS
// permits. Two stages, two limits: one semaphore around fetch and decode would
// tie the window to the cores.
func gated[T any](c *collation[T]) {
	permits := make(chan struct{}, c.workers())
	decode := func(it *item[T]) {
		permits <- struct{}{}
		c.decode(it)
		<-permits
	}
	for it := range c.each(c.open, c.read, decode) {
		c.gather(it)
	}
}
