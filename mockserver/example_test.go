package mockserver_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"collatebench/mockserver"
	"collatebench/mockserver/behaviour"
)

func Example() {
	server, err := mockserver.New(mockserver.Options{Seed: 1, Behaviour: behaviour.Spec{Queue: 4}})
	if err != nil {
		log.Fatal(err)
	}
	upstream := httptest.NewServer(server.Handler())
	defer upstream.Close()
	resp, err := http.Get(upstream.URL + "/v1/payload?codec=cbor&size=64KiB&id=7")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(len(body), resp.Header.Get("Content-Type"), err)
	fmt.Println("records:", resp.Header.Get("X-Payload-Records"), "digest:", resp.Header.Get("X-Payload-Digest"))
	fmt.Println("requests:", server.Stats().Requests)
	// Output:
	// 65536 application/cbor <nil>
	// records: 116 digest: 316a6ef8
	// requests: 1
}
