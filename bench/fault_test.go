package bench_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"collatebench/bench"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

// faults are what the upstream can do wrong, and what the client's error says.
var faults = []struct{ fault, says string }{
	{"500", "500 Internal Server Error"},
	{"503", "503 Service Unavailable"},
	{"reset", ""}, // the transport words it, by platform
	{"truncate", "unexpected EOF"},
	{"stall", "Client.Timeout"},
	{"corrupt", ""}, // the decoder's words, or the digest's
}

// TestFaults breaks a third of the requests, in each way the upstream knows,
// against every placement: the error names a request that is broken, which
// requests those are having been asked for one by one before.
func TestFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.fault, func(t *testing.T) {
			url := upstream(t, faulty(t, f.fault))
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			broken := brokenIDs(t, url)
			if len(broken) == 0 || len(broken) == requests {
				t.Fatalf("%d of %d requests are broken; a third should be", len(broken), requests)
			}
			var all sync.WaitGroup // at once, or the stalls would add up
			for _, p := range bench.Placements() {
				all.Go(func() { checkFault(t, url, p, broken, f.says) })
			}
			all.Wait()
		})
	}
}

const (
	requests = 30
	patience = 2 * time.Second // ends a stalled body; all others take milliseconds
)

func faulty(t *testing.T, fault string) behaviour.Spec {
	t.Helper()
	var spec behaviour.Spec
	for _, k := range behaviour.Knobs() {
		if k.Name == "faults" {
			if err := k.Set(&spec, fault+":30%"); err != nil {
				t.Fatal(err)
			}
		}
	}
	return spec
}

// brokenIDs asks for each request by itself.
func brokenIDs(t *testing.T, url string) map[int]bool {
	t.Helper()
	var failed [requests]bool
	var all sync.WaitGroup
	for id := range failed {
		all.Go(func() {
			c := faultClient(t, url, bench.Request, func(int) int { return id })
			defer c.HTTP.CloseIdleConnections()
			err := c.Collate(t.Context(), 1, func(int, payload.Value) error { return nil })
			failed[id] = err != nil
		})
	}
	all.Wait()
	broken := map[int]bool{}
	for id, is := range failed {
		if is {
			broken[id] = true
		}
	}
	return broken
}

func checkFault(t *testing.T, url string, p bench.Placement, broken map[int]bool, says string) {
	c := faultClient(t, url, p, func(id int) int { return id })
	defer c.HTTP.CloseIdleConnections()
	c.Window = 4
	err := c.Collate(context.Background(), requests, func(id int, _ payload.Value) error {
		if broken[id] {
			return fmt.Errorf("broken request %d was gathered", id)
		}
		return nil
	})
	failed := (*bench.RequestError)(nil)
	if !errors.As(err, &failed) || !broken[failed.ID] || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: got %v; want one of %v with %q", p, err, broken, says)
	}
}

// faultClient checks the digest of every response.
func faultClient(t *testing.T, url string, p bench.Placement, id func(int) int) *bench.Client[payload.Value] {
	t.Helper()
	d, err := payload.NewDecoder(payload.Records, payload.JSON, payload.Identity)
	if err != nil {
		t.Fatal(err)
	}
	client := bench.Connections(4, bench.HTTP1)
	client.Timeout = patience
	return &bench.Client[payload.Value]{
		URL: func(i int) string {
			return url + "/v1/payload?size=16KiB&id=" + strconv.Itoa(id(i))
		},
		HTTP: client, Placement: p,
		Decode:       d.Decode,
		DecodeStream: d.DecodeStream,
		Check: func(_ int, h http.Header, v payload.Value) error {
			if got, want := v.Digest().String(), h.Get("X-Payload-Digest"); got != want {
				return fmt.Errorf("digest %s, not %s", got, want)
			}
			return nil
		},
	}
}
