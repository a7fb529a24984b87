package profiles_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"

	"collatebench/profiles"
)

func Example() {
	dir, done := exampleDir()
	defer done()
	c, err := profiles.Start(dir, profiles.PassMemory)
	if err != nil {
		log.Fatal(err)
	}
	c.Full() // when the window is full
	if err := c.Stop(); err != nil {
		log.Fatal(err)
	}
	heap, err := profiles.Read(filepath.Join(dir, profiles.Heap.File()))
	fmt.Println(heap.PeriodType.Type, err)
	// Output: space <nil>
}

// A process takes one pass: this one takes the memory pass.
func ExampleStart() {
	dir, err := os.MkdirTemp("", "profiles")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	c, err := profiles.Start(dir, profiles.PassMemory)
	if err != nil {
		log.Fatal(err)
	}
	c.Full() // where the client sees its window full
	if err := c.Stop(); err != nil {
		log.Fatal(err)
	}

	for _, k := range profiles.PassMemory.Kinds() {
		if _, err := profiles.Read(filepath.Join(dir, k.File())); err != nil {
			log.Fatal(err)
		}
		fmt.Println(k.File())
	}
	// Output:
	// heap.pb.gz
	// allocs.pb.gz
	// block.pb.gz
	// mutex.pb.gz
	// goroutine.pb.gz
}

// The web interface of one profile, beside whatever else the mux serves.
func ExampleHandler() {
	path, done := exampleProfile()
	defer done()
	p, err := profiles.Read(path)
	if err != nil {
		log.Fatal(err)
	}
	h, err := profiles.Handler(p, profiles.UIOptions{Name: "placement=pool/window=32"})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/heap/", http.StripPrefix("/heap", h))

	ctx, cancel := context.WithCancel(context.Background())
	err = profiles.ServeUI(ctx, "", mux, func(url string) {
		fmt.Println(visit(url + "heap/"))
		cancel() // in a program, Ctrl-C does
	})
	fmt.Println(err)
	// Output:
	// 200 OK /heap/flamegraph
	// <nil>
}

// exampleProfile returns the path of a heap profile.
func exampleProfile() (path string, done func()) {
	dir, done := exampleDir()
	c, err := profiles.Start(dir, profiles.PassMemory)
	if err != nil {
		log.Fatal(err)
	}
	<-c.Full()
	if err := c.Stop(); err != nil {
		log.Fatal(err)
	}
	return filepath.Join(dir, profiles.Heap.File()), done
}

// exampleDir makes a folder, which done removes.
func exampleDir() (dir string, done func()) {
	dir, err := os.MkdirTemp("", "profiles")
	if err != nil {
		log.Fatal(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

// visit says where a browser arrives.
func visit(url string) string {
	defer http.DefaultClient.CloseIdleConnections()
	resp, err := http.Get(url)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	return resp.Status + " " + resp.Request.URL.Path
}
