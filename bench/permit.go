package bench

// acquire waits for one of the client's Fetches, for as long as the collation
// has not failed. With a permit for each of a few fetches the window is full
// and the upstream idle: a limit that was set once and forgotten looks so.
func (c *collation[T]) acquire() error {
	if c.permits == nil {
		return nil
	}
	select {
	case <-c.ctx.Done():
		return c.ctx.Err()
	case c.permits <- struct{}{}:
		return nil
	}
}

// release gives the item's permit back once its body is read. That is so in
// every placement: whoever reads takes all that is open, so a permit always
// comes back, but for one whose request has failed, for which nobody waits.
func (c *collation[T]) release() {
	if c.permits != nil {
		<-c.permits
	}
}
