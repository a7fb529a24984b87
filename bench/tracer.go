package bench

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// A tracer notes when the transport has a connection for a request. Requests use
// it one after the other: what httptrace allocates for each would show in
// allocs/op. It has no GetConn hook, since the transport allocates to call that.
type tracer struct {
	hooks context.Context // holds the hooks and nothing else
	made  time.Time
	got   atomic.Int64 // ns since made; 0 means not yet
}

func newTracer() *tracer {
	t := &tracer{made: time.Now()}
	t.hooks = httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { t.got.Store(int64(time.Since(t.made))) },
	})
	return t
}

// over returns ctx with the hooks. The result is not used again for the next
// request: a dial can outlive its request, and keeps the context.
func (t *tracer) over(ctx context.Context) context.Context {
	if t == nil {
		return ctx
	}
	t.got.Store(0)
	return &traced{ctx, t.hooks}
}

// connected returns when the request had its connection; where the transport did
// not say, when it was asked.
func (t *tracer) connected(asked time.Time) time.Time {
	if ns := t.got.Load(); ns > 0 {
		return t.made.Add(time.Duration(ns))
	}
	return asked
}

// traced is a context with the values of hooks beside its own.
type traced struct {
	context.Context
	hooks context.Context
}

// Value looks in hooks first.
func (t *traced) Value(key any) any {
	if v := t.hooks.Value(key); v != nil {
		return v
	}
	return t.Context.Value(key)
}
