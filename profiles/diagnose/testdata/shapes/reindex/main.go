// An indexer reads pages of documents, decodes them and counts their words, each page in a
// goroutine of its own: a program as it should be, which takes what the machine has.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"

	"shapes/rig"
)

type document struct {
	ID     int      `json:"id"`
	Title  string   `json:"title"`
	Tags   []string `json:"tags"`
	Score  float64  `json:"score"`
	Body   string   `json:"body"`
	Author struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	} `json:"author"`
}

func serve(l net.Listener) {
	page := make([]document, 150)
	for i := range page {
		d := &page[i]
		d.ID, d.Title, d.Score = i, fmt.Sprint("document ", i), float64(i)/7
		d.Tags = []string{"alpha", "beta", fmt.Sprint("tag-", i%13)}
		d.Body = strings.Repeat("the quick brown fox jumps over the lazy dog ", 5)
		d.Author.Name, d.Author.Email = "A. Writer", fmt.Sprintf("writer%d@example.org", i)
	}
	body, err := json.Marshal(page)
	rig.Must(err)
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	}))
}

type indexer struct {
	client *http.Client
	base   string
}

func (x *indexer) index(page int) (map[string]int, error) {
	resp, err := x.client.Get(fmt.Sprintf("%s/documents?page=%d", x.base, page))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var documents []document
	if err := json.NewDecoder(resp.Body).Decode(&documents); err != nil {
		return nil, err
	}
	words := make(map[string]int)
	for _, d := range documents {
		for w := range strings.FieldsSeq(d.Body) {
			words[w]++
		}
	}
	return words, nil
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	x := &indexer{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	for g := range 8 {
		go func() {
			for i := g; ; i += 8 {
				if _, err := x.index(i); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
