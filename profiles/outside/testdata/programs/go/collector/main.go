// Command collector reads bodies in parallel, and decodes where they are gathered.
package main

import "programs/pages"

func main() {
	c := pages.Open()
	ids, bodies := make(chan int), make(chan []byte)
	for range c.Window {
		go func() {
			for id := range ids {
				body, err := c.Fetch(id)
				pages.Check(err)
				bodies <- body
			}
		}()
	}
	go func() {
		for id := 0; ; id++ {
			ids <- id
		}
	}()
	for body := range bodies {
		_, err := pages.Decode(body)
		pages.Check(err)
	}
}
