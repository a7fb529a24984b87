package rig

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Item is what Items makes many of. Programs decode it into types of their own.
type Item struct {
	ID     int64             `json:"id"`
	Name   string            `json:"name"`
	Price  float64           `json:"price"`
	Tags   []string          `json:"tags"`
	Labels map[string]string `json:"labels"`
	Text   string            `json:"text"`
}

// Items is a page of JSON: an array of items, about size bytes long.
func Items(r *rand.Rand, size int) []byte {
	b := []byte{'['}
	for len(b) < size {
		one, err := json.Marshal(item(r))
		if err != nil {
			panic(err) // of strings and numbers: it can't be
		}
		b = append(append(b, one...), ',')
	}
	b[len(b)-1] = ']'
	return b
}

func item(r *rand.Rand) Item {
	return Item{
		ID:     r.Int64N(1 << 40),
		Name:   words(r, 2),
		Price:  float64(r.IntN(1e6)) / 100,
		Tags:   strings.Fields(words(r, 1+r.IntN(4))),
		Labels: map[string]string{"colour": words(r, 1), "origin": words(r, 1)},
		Text:   words(r, 4+r.IntN(20)),
	}
}

// Log is a page of text: a line for each request to a server, about size bytes
// of them, in the common log format.
func Log(r *rand.Rand, size int) []byte {
	var b bytes.Buffer
	for b.Len() < size {
		fmt.Fprintf(&b, "203.0.113.%d - - [%02d/Mar/2026:%02d:%02d:%02d +0000] \"GET /%s HTTP/1.1\" %d %d\n",
			r.IntN(256), 1+r.IntN(31), r.IntN(24), r.IntN(60), r.IntN(60),
			strings.ReplaceAll(words(r, 1+r.IntN(5)), " ", "/"), 200+100*r.IntN(4), r.IntN(1e6))
	}
	return b.Bytes()
}

// Gzip is pages of another kind, compressed.
func Gzip(page func(*rand.Rand, int) []byte) func(*rand.Rand, int) []byte {
	return func(r *rand.Rand, size int) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(page(r, size)) // to memory: neither fails
		w.Close()
		return b.Bytes()
	}
}

func words(r *rand.Rand, n int) string {
	vocabulary := [...]string{"amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath",
		"inlet", "juniper", "knoll", "lagoon", "meadow", "north", "orchard", "prairie"}
	b := make([]byte, 0, 8*n)
	for i := range n {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, vocabulary[r.IntN(len(vocabulary))]...)
	}
	return string(b)
}
