// Spin uses a core until its standard input ends.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println("ready")
	text := []byte(`[{"name": "a", "price": 1.5}, {"name": "b", "price": 2.5}]`)
	for {
		decode(text)
	}
}

//go:noinline
func decode(text []byte) {
	for range 1000 {
		parse(text)
	}
}

// parse is inlined: without the lines of the executable it is not to be seen.
func parse(text []byte) {
	var items []map[string]any
	_ = json.Unmarshal(text, &items)
}
