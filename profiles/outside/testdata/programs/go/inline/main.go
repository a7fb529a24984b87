// Command inline reads ahead in goroutines that only ask, and reads and decodes each body in main.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"programs/pages"
)

func main() {
	c := pages.Open()
	answers := make(chan *http.Response, c.Window)
	permits := make(chan struct{}, c.Window)
	go func() {
		for id := 0; ; id++ {
			permits <- struct{}{}
			go func() {
				r, err := c.Client.Get(fmt.Sprintf("%s&id=%d", c.URL, id))
				pages.Check(err)
				answers <- r
			}()
		}
	}()
	for r := range answers {
		var page any
		pages.Check(json.NewDecoder(r.Body).Decode(&page))
		r.Body.Close()
		<-permits
	}
}
