package mockserver_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"collatebench/mockserver"
)

// TestRwndLimited: a client that does not read keeps its window shut, and one that reads does not; the
// sum stays when the connection is gone.
func TestRwndLimited(t *testing.T) {
	s := serve(t, mockserver.Options{})
	if s.stats().RwndLimitedSeconds == nil {
		t.Skip("the kernel does not tell it")
	}
	limited := func() float64 { return *s.stats().RwndLimitedSeconds }
	client := &http.Client{Transport: &http.Transport{}}
	get := func() *http.Response {
		r, err := client.Get(s.url + "/v1/payload?codec=json&size=32MiB")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := get()
	defer r.Body.Close()
	for began := time.Now(); limited() < .2; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("%v s after 20 s in which nothing was read", limited())
		}
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		t.Fatal(err)
	}
	before := limited()
	client.CloseIdleConnections()
	for range 20 { // the connection is closed meanwhile
		if now := limited(); now < before {
			t.Fatalf("%v s, was %v", now, before)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
