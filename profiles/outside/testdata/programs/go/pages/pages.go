// Package pages has what the programs share: their arguments, and a page.
package pages

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
)

// A Catalogue is the upstream, and how many pages of it are asked for at once.
type Catalogue struct {
	URL    string
	Window int
	Client *http.Client
}

// Open reads the arguments: an address with a query, and a window.
func Open() *Catalogue {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: PROGRAM URL WINDOW")
		os.Exit(2)
	}
	window, err := strconv.Atoi(os.Args[2])
	if err != nil || window < 1 {
		fmt.Fprintf(os.Stderr, "window %q: a whole number from 1\n", os.Args[2])
		os.Exit(2)
	}
	return &Catalogue{os.Args[1], window, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: window}}}
}

// Fetch reads a page's bytes.
func (c *Catalogue) Fetch(id int) ([]byte, error) {
	r, err := c.Client.Get(fmt.Sprintf("%s&id=%d", c.URL, id))
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("page %d: %s", id, r.Status)
	}
	return io.ReadAll(r.Body)
}

// Decode makes values of a page's bytes.
func Decode(body []byte) (any, error) {
	var page any
	err := json.Unmarshal(body, &page)
	return page, err
}

// Check ends the program at an error.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
