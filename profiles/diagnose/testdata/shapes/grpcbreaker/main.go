// A circuit breaker is put around all calls of a gRPC connection as an interceptor. The
// lock of its state is given back with a defer, and so is kept until the call has returned
// (gofr-dev/gofr#2889).
package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"shapes/rig"
)

var stock = grpc.ServiceDesc{
	ServiceName: "inventory.Stock",
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Level", Handler: level}},
}

func level(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	sku := new(wrapperspb.StringValue)
	if err := decode(sku); err != nil {
		return nil, err
	}
	time.Sleep(6 * time.Millisecond)
	if rig.Chance(50) {
		return nil, status.Error(codes.Unavailable, "warehouse is offline")
	}
	return wrapperspb.Int64(int64(len(sku.Value))), nil
}

func serve(l net.Listener) {
	s := grpc.NewServer()
	s.RegisterService(&stock, struct{}{})
	s.Serve(l)
}

type breaker struct {
	mu        sync.Mutex
	failures  int
	openUntil time.Time
}

var errOpen = status.Error(codes.Unavailable, "circuit is open")

func (b *breaker) allow() error {
	if time.Now().Before(b.openUntil) {
		return errOpen
	}
	return nil
}

func (b *breaker) record(err error) {
	if status.Code(err) != codes.Unavailable {
		b.failures = 0
		return
	}
	if b.failures++; b.failures >= 10 {
		b.failures, b.openUntil = 0, time.Now().Add(time.Second)
	}
}

// intercept is a grpc.UnaryClientInterceptor.
func (b *breaker) intercept(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.allow(); err != nil {
		return err
	}
	err := invoker(ctx, method, req, reply, cc, opts...)
	b.record(err)
	return err
}

// interceptState takes the lock for the state only.
func (b *breaker) interceptState(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	b.mu.Lock()
	err := b.allow()
	b.mu.Unlock()
	if err != nil {
		return err
	}
	err = invoker(ctx, method, req, reply, cc, opts...)
	b.mu.Lock()
	b.record(err)
	b.mu.Unlock()
	return err
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	b := new(breaker)
	intercept := b.intercept
	if rig.Fixed() {
		intercept = b.interceptState
	}
	cc, err := grpc.NewClient(addr,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithUnaryInterceptor(intercept))
	rig.Must(err)
	for g := range 8 {
		go func() {
			for i := g; ; i += 8 {
				sku := wrapperspb.String(fmt.Sprint("sku-", i%5000))
				err := cc.Invoke(context.Background(), "/inventory.Stock/Level", sku, new(wrapperspb.Int64Value))
				if err == nil {
					rig.Done(1)
				} else if status.Code(err) != codes.Unavailable {
					panic(err)
				}
			}
		}()
	}
	rig.Measure()
}
