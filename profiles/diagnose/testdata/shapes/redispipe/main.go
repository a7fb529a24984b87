// The keys of a page are asked for one after another, each a round trip of its own, where a
// pipeline would ask for all of them at once (XD-DENG/rediseen#23, redis/go-redis#1109).
package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"shapes/resp"
	"shapes/rig"
)

const (
	products = 1000
	perPage  = 12
)

func serve(l net.Listener) {
	s := &resp.Server{Delay: time.Millisecond}
	s.Serve(l)
}

type shop struct {
	rdb *redis.Client
}

func key(product int) string { return fmt.Sprint("product:", product%products) }

func (s *shop) page(ctx context.Context, first int) ([]string, error) {
	var out []string
	for i := range perPage {
		v, err := s.rdb.Get(ctx, key(first+i)).Result()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (s *shop) pagePipelined(ctx context.Context, first int) ([]string, error) {
	pipe := s.rdb.Pipeline()
	gets := make([]*redis.StringCmd, perPage)
	for i := range gets {
		gets[i] = pipe.Get(ctx, key(first+i))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	var out []string
	for _, g := range gets {
		out = append(out, g.Val())
	}
	return out, nil
}

func (s *shop) fill(ctx context.Context) error {
	pipe := s.rdb.Pipeline()
	for i := range products {
		pipe.Set(ctx, key(i), fmt.Sprintf(`{"id":%d,"name":"product %d","price":%d}`, i, i, i*100), 0)
	}
	_, err := pipe.Exec(ctx)
	return err
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	ctx := context.Background()
	s := &shop{redis.NewClient(&redis.Options{Addr: addr})}
	rig.Must(s.fill(ctx))
	page := s.page
	if rig.Fixed() {
		page = s.pagePipelined
	}
	for g := range 6 {
		go func() {
			for i := g; ; i += 6 {
				if _, err := page(ctx, i*perPage); err != nil {
					panic(err)
				}
				rig.Done(1)
			}
		}()
	}
	rig.Measure()
}
