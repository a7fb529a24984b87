package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"collatebench/bench"
	"collatebench/mockserver"
)

func Example() {
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		log.Fatal(err)
	}
	upstream := httptest.NewServer(server.Handler())
	defer upstream.Close()
	cell, err := bench.ReadCell("placement=collector/window=8/size=64KiB/responses=16")
	if err != nil {
		log.Fatal(err)
	}
	w, err := bench.NewWorkload(cell, upstream.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer w.Close()
	ctx := context.Background()
	m, err := w.Measure(ctx, func() error { return w.Op(ctx) })
	if err != nil {
		log.Fatal(err)
	}
	for _, u := range bench.Units() {
		if u.Name == "decode-overlap" {
			fmt.Println(u.Name, u.Of(m)) // a window of 8, and one decode at a time
		}
	}
	// Output: decode-overlap 1
}

// A client of any server, with a decoder of one's own: put yours in place of
// this one and see what another placement gives.
func ExampleClient_Collate() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"page": %s, "items": ["a", "b"]}`, r.URL.Query().Get("page"))
	}))
	defer server.Close()

	type page struct {
		Page  int      `json:"page"`
		Items []string `json:"items"`
	}
	client := bench.Client[page]{
		URL:       func(id int) string { return fmt.Sprintf("%s/?page=%d", server.URL, id) },
		Window:    8,
		Placement: bench.Pool,
		Order:     bench.RequestWise,
		Decode: func(body []byte) (p page, err error) {
			err = json.Unmarshal(body, &p)
			return p, err
		},
	}
	err := client.Collate(context.Background(), 3, func(id int, p page) error {
		fmt.Println(id, p.Page, len(p.Items))
		return nil
	})
	fmt.Println(err)
	// Output:
	// 0 0 2
	// 1 1 2
	// 2 2 2
	// <nil>
}
