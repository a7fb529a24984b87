// Command paced lets no more than fifty requests a second pass, whatever the window.
package main

import (
	"sync/atomic"
	"time"

	"programs/pages"
)

func main() {
	c := pages.Open()
	pace := time.NewTicker(20 * time.Millisecond)
	var next atomic.Int64
	for range c.Window {
		go func() {
			for range pace.C {
				body, err := c.Fetch(int(next.Add(1)))
				pages.Check(err)
				_, err = pages.Decode(body)
				pages.Check(err)
			}
		}()
	}
	select {}
}
