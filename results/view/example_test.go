package view_test

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"strings"

	"collatebench/results/view"
)

func Example() {
	s := httptest.NewServer(view.Handler("results/runs")) // the folder may be missing
	defer s.Close()
	resp, err := s.Client().Get(s.URL + "/runs.json")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	list, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, strings.TrimSpace(string(list)), err)
	// Output: 200 OK [] <nil>
}
