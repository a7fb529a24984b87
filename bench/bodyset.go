package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"collatebench/mockserver/payload"
)

// How much a calibration has in its set of bodies.
const (
	setPerCore = 8 << 20   // bytes at least, for each core: more than a core's own caches hold
	setMost    = 256 << 20 // bytes, where the window would hold more
	setBodies  = 1 << 15   // bodies at most: their list is scanned when garbage is collected
	setMade    = 4         // made bodies with different values; the rest are copies of them
	setFetched = 256       // captured bodies at most
)

// A bodySet is what a calibration decodes, one body after the other.
type bodySet struct {
	all  [][]byte     // parts of one allocation
	held int          // bytes of all
	size payload.Size // of the payload of one, before compression
}

// bodies makes the set. It is as large as the bodies that the cell's window holds, which
// is where a client's bodies wait for their decoder, and which sets how often the client
// collects garbage. One body alone would stay in a cache, and in its small heap garbage
// would be collected so often that a fast codec costs half as much again. The set is
// larger than a core's own caches in any case. No body is copied before it is decoded:
// the cost must be of decoding alone.
func (k Calibration) bodies(ctx context.Context) (bodySet, error) {
	different, size, err := k.different(ctx)
	if err != nil {
		return bodySet{}, err
	}
	all := 0
	for _, b := range different {
		all += len(b)
	}
	if all == 0 {
		return bodySet{}, errors.New("the upstream's bodies are empty")
	}
	mean := max(1, all/len(different))
	want := max(k.Cell.Window*mean, k.Procs*setPerCore)
	copies := max(1, min((want+all-1)/all, setMost/all, setBodies/len(different)))
	memory := make([]byte, 0, copies*all)
	set := bodySet{size: size}
	for range copies {
		for _, b := range different {
			at := len(memory)
			memory = append(memory, b...)
			set.all = append(set.all, memory[at:len(memory):len(memory)])
		}
	}
	set.held = len(memory)
	return set, nil
}

// different returns bodies with different values, and the size of their payloads.
func (k Calibration) different(ctx context.Context) ([][]byte, payload.Size, error) {
	c := k.Cell
	if c.Payload == payload.Captured {
		all, err := k.captured(ctx)
		return all, c.Size, err
	}
	var out [][]byte
	size := max(min(c.Size, payload.MiB), payload.MinSize)
	for i := range setMade {
		body, err := payload.Build(payload.Spec{Codec: c.Codec, Encoding: c.Encoding, Size: size, Seed: uint64(i + 1)})
		if err != nil {
			return nil, 0, err
		}
		out = append(out, body.Bytes)
	}
	return out, size, nil
}

// captured fetches the bodies that the upstream captured, each once: they rotate.
func (k Calibration) captured(ctx context.Context) ([][]byte, error) {
	if k.Upstream == "" {
		return nil, errors.New("captured bodies come from an upstream, and none is given")
	}
	w, err := NewWorkload(k.Cell, k.Upstream)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	var out [][]byte
	for id, held := 0, 0; id < setFetched && held < setMost; id++ {
		s, err := w.fetch(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("fetch the captured bodies: %w", &RequestError{ID: id, Err: err})
		}
		if id > 0 && bytes.Equal(s.body, out[0]) {
			break
		}
		out = append(out, s.body)
		held += len(s.body)
	}
	return out, nil
}
