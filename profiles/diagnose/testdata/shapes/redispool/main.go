// The pool of the Redis client is smaller than the number of requests that are served at a
// time, and Redis is some milliseconds away: in containers with few cores the default is small,
// too (hookdeck/outpost#1055, redis/go-redis#2996).
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"shapes/resp"
	"shapes/rig"
)

var pool = flag.Int("pool", 4, "connections to Redis")

func serve(l net.Listener) {
	s := &resp.Server{Delay: 3 * time.Millisecond}
	s.Serve(l)
}

type session struct {
	User    string
	Scopes  []string
	Expires time.Time
}

type sessions struct {
	rdb *redis.Client
}

func key(id int) string { return fmt.Sprint("session:", id) }

func (s *sessions) save(ctx context.Context, id int) error {
	b, err := json.Marshal(session{fmt.Sprint("user-", id), []string{"read", "write"}, time.Now().Add(time.Hour)})
	if err != nil {
		return err
	}
	return s.rdb.Set(ctx, key(id), b, time.Hour).Err()
}

func (s *sessions) load(ctx context.Context, id int) (*session, error) {
	b, err := s.rdb.Get(ctx, key(id)).Bytes()
	if err != nil {
		return nil, err
	}
	v := new(session)
	return v, json.Unmarshal(b, v)
}

// handle is one request: its session is looked up and checked.
func (s *sessions) handle(id int) {
	v, err := s.load(context.Background(), id)
	if err != nil {
		panic(err)
	}
	if time.Now().After(v.Expires) {
		panic("expired")
	}
	rig.Done(1)
}

func main() {
	rig.Parse()
	addr := rig.Upstream(serve)
	size := *pool
	if rig.Fixed() {
		size = 24
	}
	s := &sessions{redis.NewClient(&redis.Options{Addr: addr, PoolSize: size})}
	for id := range 100 {
		rig.Must(s.save(context.Background(), id))
	}
	for g := range 24 {
		go func() {
			for i := g; ; i += 24 {
				s.handle(i % 100)
			}
		}()
	}
	rig.Measure()
}
