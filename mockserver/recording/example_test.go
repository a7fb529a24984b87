package recording_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"

	"collatebench/mockserver/recording"
)

func Example() {
	folder := filepath.Join(os.TempDir(), "recording-example")
	defer os.RemoveAll(folder)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "hello")
	}))
	defer upstream.Close()
	w, err := recording.Create(folder, recording.Options{Upstream: upstream.URL})
	if err != nil {
		log.Fatal(err)
	}
	to, _ := url.Parse(upstream.URL)
	recorder := recording.NewRecorder(w, nil)
	proxy := httptest.NewServer(recorder.Reverse(to))
	defer proxy.Close()
	resp, err := http.Get(proxy.URL + "/greeting?id=7")
	if err != nil {
		log.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if err := recorder.Close(); err != nil {
		log.Fatal(err)
	}
	r, err := recording.Open(folder)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range r.Exchanges {
		body, err := r.Body(e.Body)
		fmt.Println(e.Method, e.URL.RequestURI(), e.Status, string(body), err)
	}
	// Output: GET /greeting?id=7 200 hello <nil>
}
