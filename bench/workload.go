package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/pprof"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"collatebench/internal/rusage"
	"collatebench/mockserver/payload"
)

// One response in digestEvery has its digest checked: to check each would cost
// 15-24% of a fast codec.
const digestEvery = 16

// A Workload is one cell made ready to run against an upstream.
type Workload struct {
	Cell Cell
	// Midway, where set, is called once in each timed op, when the window is full
	// or, with few responses, as full as it gets.
	Midway func()

	client Client[payload.Value]
	probe  Probe
	url    string // of the upstream
	query  string // of every payload, without its id
	base   int    // the id of the op's first request
	stored []stored
}

// NewWorkload prepares a cell against the upstream at base URL upstream.
func NewWorkload(c Cell, upstream string) (*Workload, error) {
	decoder, err := payload.NewDecoder(c.Payload, c.Codec, c.Encoding)
	if err != nil {
		return nil, fmt.Errorf("cell %q: %w", c.Name(), err)
	}
	w := &Workload{Cell: c, url: strings.TrimSuffix(upstream, "/"), query: query(c)}
	w.client = Client[payload.Value]{
		URL:       w.payloadURL,
		Window:    c.Window,
		Fetches:   c.Fetches,
		Workers:   c.Workers,
		Placement: c.Placement,
		Order:     c.Order,

		Decode:       decoder.Decode,
		DecodeStream: decoder.DecodeStream,
		Check:        w.check,
		Probe:        &w.probe,
	}
	w.client.HTTP = connections(c.Window, c.Conns, c.Protocol, &w.probe)
	switch {
	case c.Decode == LeftOut:
		w.leaveDecodingOut()
	case c.Simulated():
		w.client.Simulation = Simulation{Cores: c.VirtualCores.N, Decode: c.VirtualCores.Decode(c.Size)}
	}
	if c.From == Memory {
		w.client.Stored = w.recall
	}
	return w, nil
}

func query(c Cell) string {
	q := url.Values{"codec": {string(c.Codec)}, "encoding": {string(c.Encoding)}, "kind": {string(c.Payload)}}
	if c.Payload == payload.Records {
		q.Set("size", c.Size.String())
	}
	return q.Encode()
}

func (w *Workload) payloadURL(id int) string {
	return w.url + "/v1/payload?" + w.query + "&id=" + strconv.Itoa(w.base+id)
}

// Op is one collation of the cell's responses.
func (w *Workload) Op(ctx context.Context) error { return w.collate(ctx, w.Cell.Responses, w.Midway) }

// Warm makes the connections of the whole window and collates an untimed
// window of responses, so that the codec's caches and the heap's size are as
// they stay. A whole op would add a minute to the default matrix.
func (w *Workload) Warm(ctx context.Context) error {
	if w.Cell.From == Network {
		if err := w.connect(ctx); err != nil {
			return err
		}
	}
	return w.collate(ctx, WarmUp(w.Cell.Window), nil)
}

// WarmUp is how many responses are collated before the clock starts, by any
// client.
func WarmUp(window int) int { return max(window, 4) }

// Close gives the connections back.
func (w *Workload) Close() { w.client.HTTP.CloseIdleConnections() }

// Measure runs body, n ops in all, between two readings of client and upstream. It refuses
// a system that does not tell the CPU time of a process.
func (w *Workload) Measure(ctx context.Context, body func() error) (Measurement, error) {
	if err := rusage.Check(); err != nil {
		return Measurement{}, err
	}
	if err := w.store(ctx); err != nil {
		return Measurement{}, err
	}
	before, err := w.readUpstream(ctx)
	if err != nil {
		return Measurement{}, err
	}
	w.probe.Start()
	err = body()
	m := Measurement{Readings: w.probe.Stop(), simulated: w.Cell.Simulated()}
	if err != nil {
		return m, err
	}
	after, err := w.readUpstream(ctx)
	m.upstream = after.since(before)
	return m, err
}

func (w *Workload) collate(ctx context.Context, n int, midway func()) error {
	if err := w.store(ctx); err != nil {
		return err
	}
	ctx = pprof.WithLabels(ctx, pprof.Labels(
		"placement", string(w.Cell.Placement), "window", strconv.Itoa(w.Cell.Window), "size", w.Cell.Size.String()))
	full := max(0, n-w.Cell.Window) / 2
	gathered := 0
	err := w.client.Collate(ctx, n, func(int, payload.Value) error {
		if gathered == full && midway != nil {
			midway()
		}
		gathered++
		return nil
	})
	w.base += n
	return err
}

// connect opens a connection for each place in the window. A response that is not
// read yet holds its connection, so that the next request needs another one. All
// are read before they are closed, or the transport would drop the connections.
func (w *Workload) connect(ctx context.Context) error {
	var g errgroup.Group
	held := make([]*http.Response, w.connections())
	for i := range held {
		g.Go(func() (err error) {
			held[i], err = w.get(ctx, "/readyz")
			return err
		})
	}
	err := g.Wait()
	for _, resp := range held {
		if resp != nil {
			_, copyErr := io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			err = errors.Join(err, copyErr)
		}
	}
	if err != nil {
		return fmt.Errorf("connect to the upstream: %w", err)
	}
	return nil
}

// leaveDecodingOut keeps the step of decoding, without its work.
func (w *Workload) leaveDecodingOut() {
	w.client.Decode = func([]byte) (v payload.Value, err error) { return v, nil }
	w.client.DecodeStream = func(r io.Reader) (v payload.Value, err error) { return v, drop(r) }
	w.client.Check = nil
}

// connections is how many a full window holds: connect would wait for ever for
// one more than the limit.
func (w *Workload) connections() int {
	if w.Cell.Conns > 0 {
		return min(w.Cell.Window, w.Cell.Conns)
	}
	return w.Cell.Window
}

func (w *Workload) get(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+path, nil)
	if err != nil {
		return nil, err
	}
	return w.client.HTTP.Do(req)
}

// check compares a value with what the upstream said of it in advance. It counts
// the records of every response, and takes the digest of one in sixteen, chosen
// so that each of the upstream's rotating bodies is checked.
func (w *Workload) check(id int, h http.Header, v payload.Value) error {
	if want := h.Get("X-Payload-Records"); want != "" && want != strconv.Itoa(v.Len()) {
		return fmt.Errorf("decoded %d records of %s: work was skipped", v.Len(), want)
	}
	id += w.base
	want := h.Get("X-Payload-Digest")
	if want == "" || id%digestEvery != id/digestEvery%digestEvery {
		return nil
	}
	if got := v.Digest().String(); got != want {
		return fmt.Errorf("decoded values have digest %s, not %s", got, want)
	}
	return nil
}
