// Command mutex decodes in the goroutine of each request, under the lock of what it adds to.
package main

import (
	"sync"
	"sync/atomic"

	"programs/pages"
)

type catalogue struct {
	mu    sync.Mutex
	pages map[int]any
}

func (c *catalogue) add(id int, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	page, err := pages.Decode(body)
	c.pages[id%64] = page
	return err
}

func main() {
	c, all := pages.Open(), catalogue{pages: map[int]any{}}
	var next atomic.Int64
	for range c.Window {
		go func() {
			for {
				id := int(next.Add(1))
				body, err := c.Fetch(id)
				pages.Check(err)
				pages.Check(all.add(id, body))
			}
		}()
	}
	select {}
}
