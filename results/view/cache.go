package view

import (
	"container/list"
	"sync"

	"golang.org/x/sync/singleflight"
)

// making bounds how many values of a cache are made at the same time: each takes a
// core, and memory that is freed afterwards.
const making = 2

// A cache keeps the values that were requested last. hashicorp/golang-lru does so
// too, but it makes a value twice for two requests at the same time, and keeps a
// value of an older version of its files until others replace it.
type cache[V any] struct {
	bound  int           // on the number of values
	budget int64         // on the sum of their weights, of which the newest may be more
	weigh  func(V) int64 // nil: they weigh nothing
	slots  chan struct{}
	flight singleflight.Group

	mu    sync.Mutex
	order list.List // of *kept[V]; the one requested last is at the front
	byKey map[string]*list.Element
}

type kept[V any] struct {
	key, version string
	value        V
}

func newCache[V any](bound int) *cache[V] {
	return &cache[V]{bound: bound, slots: make(chan struct{}, making), byKey: map[string]*list.Element{}}
}

// within sets the bound on the sum of weights.
func (c *cache[V]) within(budget int64, weigh func(V) int64) *cache[V] {
	c.budget, c.weigh = budget, weigh
	return c
}

func (c *cache[V]) weight() int64 {
	if c.weigh == nil {
		return 0
	}
	sum := int64(0)
	for e := c.order.Front(); e != nil; e = e.Next() {
		sum += c.weigh(e.Value.(*kept[V]).value)
	}
	return sum
}

// get returns the value of a key at a version, and makes it if it is not kept. An
// error is not kept. Requests for the same value at the same time make it once.
func (c *cache[V]) get(key, version string, make func() (V, error)) (V, error) {
	if v, ok := c.find(key, version); ok {
		return v, nil
	}
	made, err, _ := c.flight.Do(key+"\x00"+version, func() (any, error) {
		// Another request may have made it since.
		if v, ok := c.find(key, version); ok {
			return v, nil
		}
		c.slots <- struct{}{}
		defer func() { <-c.slots }()
		v, err := make()
		if err == nil {
			c.keep(kept[V]{key, version, v})
		}
		return v, err
	})
	v, _ := made.(V) // nil is of no type
	return v, err
}

func (c *cache[V]) find(key, version string) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok || e.Value.(*kept[V]).version != version {
		return v, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*kept[V]).value, true
}

// keep replaces the older version of a value. Above the bound it drops the value
// whose last request is the oldest.
func (c *cache[V]) keep(k kept[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[k.key]; ok {
		c.order.Remove(e)
	}
	c.byKey[k.key] = c.order.PushFront(&k)
	for c.order.Len() > c.bound || c.order.Len() > 1 && c.weight() > c.budget {
		last := c.order.Remove(c.order.Back()).(*kept[V])
		delete(c.byKey, last.key)
	}
}
