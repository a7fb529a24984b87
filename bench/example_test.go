package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"collatebench/bench"
)

// A client of any server, with a decoder of one's own: put yours in place of
// this one and see what another placement is worth.
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
