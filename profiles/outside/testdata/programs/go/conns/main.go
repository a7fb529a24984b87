// Command conns has a transport with few connections.
package main

import (
	"net/http"
	"sync/atomic"

	"programs/pages"
)

func main() {
	c := pages.Open()
	c.Client.Transport = &http.Transport{MaxConnsPerHost: 3, MaxIdleConnsPerHost: 3}
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
