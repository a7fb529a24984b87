// All calls go over one gRPC connection, and the server lets 16 streams be open
// on it (cockroachdb/cockroach#14769, AliyunContainerService/pouch#766,
// googleapis/google-cloud-go#5513, dapr/dapr#10342: 100 and 200 there).
package main

import (
	"context"
	"flag"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	"shapes/rig"
)

var (
	callers = flag.Int("callers", 96, "probes at a time")
	streams = flag.Int("streams", 16, "that the server lets be open on a connection")
)

type service struct {
	grpc_health_v1.UnimplementedHealthServer
}

func (service) Check(ctx context.Context, r *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	time.Sleep(25 * time.Millisecond)
	return &grpc_health_v1.HealthCheckResponse{Status: grpc_health_v1.HealthCheckResponse_SERVING}, nil
}

func serve(l net.Listener) {
	s := grpc.NewServer(grpc.MaxConcurrentStreams(uint32(*streams)))
	grpc_health_v1.RegisterHealthServer(s, service{})
	s.Serve(l)
}

func dial(addr string) grpc_health_v1.HealthClient {
	cc, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	return grpc_health_v1.NewHealthClient(cc)
}

type fleet []grpc_health_v1.HealthClient

func (f fleet) probe(ctx context.Context, n int) error {
	_, err := f[n%len(f)].Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: "volume"})
	return err
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	conns := 1
	if rig.Fixed() {
		conns = 6
	}
	var f fleet
	for range conns {
		f = append(f, dial(addr))
	}
	for w := range *callers {
		go func() {
			for {
				if err := f.probe(context.Background(), w); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
