package mockserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"collatebench/mockserver/payload"
)

// Serve serves l until ctx ends, and builds the preload meanwhile. Then it
// accepts nothing more, ends stalled bodies and waits for the requests in
// flight, for Grace at most. To cut off what is left after that is an error. It
// closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if s.served.Swap(true) {
		return errors.New("serve: a server serves one listener in its life")
	}
	h := s.httpServer()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.preload(ctx) })
	g.Go(func() error {
		if err := h.Serve(s.window.watch(l)); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %v: %w", l.Addr(), err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		return s.finish(h)
	})
	return g.Wait()
}

func (s *Server) httpServer() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	unused := &fresh{conns: map[net.Conn]bool{}}
	h := &http.Server{
		Handler:     s.handler,
		ConnContext: s.prepare,
		ConnState:   unused.note,
		Protocols:   protocols,
		// No IdleTimeout and no ReadTimeout: clients keep thousands of
		// connections, idle between samples. No WriteTimeout: a client
		// may read the large bodies of its window late.
		ReadHeaderTimeout: time.Minute,
		MaxHeaderBytes:    16 << 10,
		// The default of 250 streams a connection would limit the window.
		HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 1 << 16},
	}
	if s.replay != nil {
		h.MaxHeaderBytes = 0 // a program's own headers: net/http's 1 MiB
	}
	h.RegisterOnShutdown(unused.end)
	return h
}

func (s *Server) finish(h *http.Server) error {
	close(s.stop)
	ctx, cancel := context.WithTimeout(context.Background(), Grace)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		h.Close()
		return fmt.Errorf("end: requests still in flight after %v were cut off", Grace)
	}
	return nil
}

// checkPreload refuses at once what could never be built.
func (s *Server) checkPreload() error {
	for _, spec := range s.o.Preload {
		q, err := preloadQuery(spec)
		if err == nil {
			err = s.check(q)
		}
		if err != nil {
			return fmt.Errorf("preload: %w", err)
		}
	}
	return nil
}

func preloadQuery(spec payload.Spec) (query, error) {
	_, codec := payload.ParseCodec(string(spec.Codec))
	_, encoding := payload.ParseEncoding(string(spec.Encoding))
	q := query{kind: payload.Records, codec: spec.Codec, encoding: spec.Encoding, size: spec.Size}
	return q, cmp.Or(codec, encoding)
}

// preload builds what Options.Preload names, and then /readyz says so. It never
// releases these sets, so that they are not evicted.
func (s *Server) preload(ctx context.Context) error {
	for _, spec := range s.o.Preload {
		q, err := preloadQuery(spec)
		if err != nil {
			return err
		}
		switch _, err := s.library.acquire(ctx, q.set()); {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("preload: %w", err)
		}
	}
	if s.replay != nil {
		if err := s.replay.load(ctx); err != nil {
			return err
		}
	}
	close(s.loaded)
	return nil
}
