package timeline_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"runtime/trace"

	"collatebench/bench"
	"collatebench/profiles/timeline"
)

func Example() {
	t, err := timeline.Read(collationTrace(3))
	if err != nil {
		log.Fatal(err)
	}
	for _, lane := range t.Lanes {
		last := lane.Spans[len(lane.Spans)-1]
		fmt.Printf("request %d: %s ... %s\n", lane.Request, lane.Spans[0].Phase, last.Phase)
	}
	// Output:
	// request 0: held back by the client ... handed over
	// request 1: held back by the client ... handed over
	// request 2: held back by the client ... handed over
}

// collationTrace is the trace of a collation of n responses from memory.
func collationTrace(n int) io.Reader {
	c := bench.Client[int]{
		Stored: func(int) (http.Header, []byte) { return nil, make([]byte, 1<<10) },
		Decode: func(body []byte) (int, error) { return len(body), nil },
	}
	var raw bytes.Buffer
	if err := trace.Start(&raw); err != nil {
		log.Fatal(err)
	}
	err := c.Collate(context.Background(), n, func(int, int) error { return nil })
	trace.Stop()
	if err != nil {
		log.Fatal(err)
	}
	return &raw
}
