// A service answers 503 now and then, for a moment only, and the client backs off with the
// defaults of the library, which begin at half a second.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"shapes/rig"
)

func serve(l net.Listener) {
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rig.Chance(4) {
			http.Error(w, "no worker is free", http.StatusServiceUnavailable)
			return
		}
		time.Sleep(8 * time.Millisecond)
		io.WriteString(w, `{"accepted":true}`)
	}))
}

var errBusy = errors.New("busy")

type ledger struct {
	client *http.Client
	base   string
}

func (l *ledger) try(entry int) (int, error) {
	resp, err := l.client.Get(fmt.Sprintf("%s/entries/%d", l.base, entry))
	if err != nil {
		return 0, backoff.Permanent(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	if resp.StatusCode == http.StatusServiceUnavailable {
		return 0, errBusy
	}
	return resp.StatusCode, nil
}

func (l *ledger) post(ctx context.Context, entry int) error {
	b := backoff.NewExponentialBackOff()
	if rig.Fixed() {
		b.InitialInterval, b.MaxInterval = 10*time.Millisecond, 200*time.Millisecond
	}
	_, err := backoff.Retry(ctx, func() (int, error) { return l.try(entry) }, backoff.WithBackOff(b))
	return err
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	l := &ledger{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	for g := range 24 {
		go func() {
			for i := g; ; i += 24 {
				if err := l.post(context.Background(), i); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
