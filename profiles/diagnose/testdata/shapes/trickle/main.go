// Downloads share a bandwidth limit that is asked for each small piece and may not burst by
// more than one piece: the pieces are waited for one by one and the limit is never reached
// (golang/go#37058; wrappers of readers in mirrors and backup tools).
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"golang.org/x/time/rate"

	"shapes/rig"
)

const (
	object         = 16 << 10
	bytesPerSecond = 16 << 20
)

func serve(l net.Listener) {
	body := bytes.Repeat([]byte("0123456789abcdef"), object/16)
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(body)
	}))
}

// limited is a reader that keeps to a rate.
type limited struct {
	io.Reader
	ctx   context.Context
	rate  *rate.Limiter
	piece int
}

func (l *limited) Read(p []byte) (int, error) {
	if len(p) > l.piece {
		p = p[:l.piece]
	}
	n, err := l.Reader.Read(p)
	if n > 0 {
		if err := l.rate.WaitN(l.ctx, n); err != nil {
			return n, err
		}
	}
	return n, err
}

type mirror struct {
	client *http.Client
	base   string
	rate   *rate.Limiter
	piece  int
}

func (m *mirror) download(ctx context.Context, n int) error {
	resp, err := m.client.Get(fmt.Sprintf("%s/object/%d", m.base, n))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, &limited{resp.Body, ctx, m.rate, m.piece})
	return err
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	m := &mirror{base: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	if rig.Fixed() {
		m.piece, m.rate = 32<<10, rate.NewLimiter(bytesPerSecond, 256<<10)
	} else {
		m.piece, m.rate = 1<<10, rate.NewLimiter(bytesPerSecond, 1<<10)
	}
	for g := range 4 {
		go func() {
			for i := g; ; i += 4 {
				if err := m.download(context.Background(), i); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
