// Command request decodes in the goroutine of each request.
package main

import (
	"sync/atomic"

	"programs/pages"
)

func main() {
	c := pages.Open()
	var next atomic.Int64
	for range c.Window {
		go func() {
			for {
				body, err := c.Fetch(int(next.Add(1)))
				pages.Check(err)
				_, err = pages.Decode(body)
				pages.Check(err)
			}
		}()
	}
	select {}
}
