// Shards are asked over gRPC by many goroutines, but their large answers are unpacked and
// added up by the one that combines them (buildbuddy-io/buildbuddy#4493, grafana/tempo#3713).
package main

import (
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"shapes/rig"
)

const rows = 600

var sales = grpc.ServiceDesc{
	ServiceName: "reporting.Sales",
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Shard", Handler: shard}},
}

// page is what each shard answers with, packed once.
var page *anypb.Any

func shard(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	if err := decode(new(wrapperspb.Int64Value)); err != nil {
		return nil, err
	}
	time.Sleep(2 * time.Millisecond)
	return page, nil
}

func serve(l net.Listener) {
	var list []any
	day := time.Date(2024, 3, 1, 8, 0, 0, 0, time.UTC)
	for i := range rows {
		list = append(list, map[string]any{
			"order":  fmt.Sprint("order-", 100000+i),
			"region": fmt.Sprint("region-", i%23),
			"at":     day.Add(time.Duration(i) * time.Minute).Format(time.RFC3339),
			"amount": float64(i) * 1.25,
		})
	}
	value, err := structpb.NewList(list)
	rig.Must(err)
	page, err = anypb.New(value)
	rig.Must(err)
	s := grpc.NewServer()
	s.RegisterService(&sales, struct{}{})
	s.Serve(l)
}

type totals map[string]float64

// unpack reads the rows of a page and adds them up by region and hour.
func unpack(a *anypb.Any) totals {
	var list structpb.ListValue
	if err := a.UnmarshalTo(&list); err != nil {
		panic(err)
	}
	sum := make(totals)
	for _, v := range list.Values {
		row := v.GetStructValue().GetFields()
		at, err := time.Parse(time.RFC3339, row["at"].GetStringValue())
		if err != nil {
			panic(err)
		}
		sum[row["region"].GetStringValue()+at.Format("/15")] += row["amount"].GetNumberValue()
	}
	return sum
}

func (t totals) add(sum totals) {
	for k, v := range sum {
		t[k] += v
	}
}

type report struct {
	cc *grpc.ClientConn
}

func (r *report) ask(shard int) *anypb.Any {
	a := new(anypb.Any)
	if err := r.cc.Invoke(context.Background(), "/reporting.Sales/Shard", wrapperspb.Int64(int64(shard)), a); err != nil {
		panic(err)
	}
	return a
}

func (r *report) run() {
	pages := make(chan *anypb.Any, 8)
	for g := range 8 {
		go func() {
			for {
				pages <- r.ask(g)
			}
		}()
	}
	all := make(totals)
	for p := range pages {
		all.add(unpack(p))
		rig.Done(1)
	}
}

// runUnpacked unpacks where the page was asked for.
func (r *report) runUnpacked() {
	sums := make(chan totals, 8)
	for g := range 8 {
		go func() {
			for {
				sums <- unpack(r.ask(g))
			}
		}()
	}
	all := make(totals)
	for s := range sums {
		all.add(s)
		rig.Done(1)
	}
}

func main() {
	rig.Parse()
	debug.SetGCPercent(400) // there is memory enough
	addr := rig.Upstream(serve)
	cc, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	rig.Must(err)
	r := &report{cc: cc}
	if rig.Fixed() {
		go r.runUnpacked()
	} else {
		go r.run()
	}
	rig.Measure()
}
