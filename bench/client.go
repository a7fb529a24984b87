// Package bench measures one client against one upstream: the cells of the
// experiment, the collating client and its placements, the probes and the
// benchmark. It does not know where results are kept, nor how the upstream is
// made: what it needs of either comes by flags and over HTTP.
package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/pprof"
	"time"
)

// A Client collates responses from one upstream. The zero value of each field
// works, except URL and the decoding function that the placement calls.
// A Client may be used by one Collate at a time.
type Client[T any] struct {
	// URL is asked for request id, counted from 0 in each collation.
	URL func(id int) string
	// HTTP sends the requests; nil means Connections(Window, HTTP1), made for
	// each collation: set it to keep connections from one to the next.
	HTTP *http.Client
	// Stored, where set, returns the header and body of response id from memory,
	// and no request is sent. The bytes are shared: Decode must not change them.
	Stored func(id int) (http.Header, []byte)
	// Window is the most requests admitted and not yet collated; 0 means 1.
	Window int
	// Fetches is the most requests that are sent and not read whole; 0 means
	// that the window is the only limit.
	Fetches int
	// Workers is the most decodes at a time in the placements that are Limited;
	// 0 means GOMAXPROCS, or Simulation's cores.
	Workers int
	// Placement says which goroutine decodes; "" means request.
	Placement Placement
	// Order of the results; "" means completion.
	Order Order
	// MaxBody is the largest body that is read, in bytes; 0 means 1 GiB.
	MaxBody int64
	// Decode turns a whole body into a value, in the goroutine that the
	// placement gives it. The value may keep references into body, which is
	// not used again.
	Decode func(body []byte) (T, error)
	// DecodeStream decodes while the body arrives; only the placements that
	// stream call it. An error of the reader must come back as an error.
	DecodeStream func(body io.Reader) (T, error)
	// Simulation, where it has cores, takes the place of decoding: a body is read
	// and dropped, Decode, DecodeStream and Check are not called, and the value
	// is the zero one.
	Simulation Simulation
	// Check, where set, verifies a value against its response's header, in
	// the goroutine that decoded it and as part of decoding: in the goroutine
	// that gathers it would serialise the placements that are not serial.
	Check func(id int, header http.Header, value T) error
	// Probe, where set, measures the collation.
	Probe *Probe
}

// A RequestError is the first error of a collation, with the request's id.
type RequestError struct {
	ID  int
	Err error
}

func (e *RequestError) Error() string { return fmt.Sprintf("request %d: %v", e.ID, e.Err) }

// Unwrap returns the error behind it.
func (e *RequestError) Unwrap() error { return e.Err }

// Collate fetches and decodes responses 0 to n-1 and calls gather with each,
// from the calling goroutine alone. At most Window requests are admitted and
// not gathered at any time, so memory is bounded by Window bodies and values.
// The first error, gather's too, cancels the rest, waits for them and comes
// back as a *RequestError; when ctx ends, its cause comes back instead. No
// goroutine outlives the call.
func (c *Client[T]) Collate(ctx context.Context, n int, gather func(id int, value T) error) error {
	placement, err := rowOf[T](cmp.Or(c.Placement, Request))
	if err != nil {
		return err
	}
	collation := newCollation(ctx, c, n, gather)
	defer collation.fail(nil)
	defer collation.trace.end()
	if c.HTTP == nil {
		defer collation.http.CloseIdleConnections() // nobody else can
	}
	defer pprof.SetGoroutineLabels(ctx) // the gathering goroutine is the caller's
	placement.idiom(collation)
	return context.Cause(collation.ctx)
}

// Connections returns an HTTP client without hidden limits for a window of
// requests. http.DefaultTransport keeps two idle connections a host: with a
// larger window it dials anew all the time.
func Connections(window int, p Protocol) *http.Client { return connections(window, 0, p, nil) }

// connections also limits their number, where most is above 0, and has probe
// count those that are made.
func connections(window, most int, p Protocol, probe *Probe) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(p != H2C)
	protocols.SetUnencryptedHTTP2(p == H2C)
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err == nil {
				probe.dialled()
			}
			return conn, err
		},
		MaxConnsPerHost:     most,
		MaxIdleConns:        window,
		MaxIdleConnsPerHost: window,
		// Transparent gzip would hide inflating in Read, and the length.
		DisableCompression: true,
		ReadBufferSize:     64 << 10, // 4 KiB by default: a cost for decoders that pull
		Protocols:          protocols,
	}}
}
