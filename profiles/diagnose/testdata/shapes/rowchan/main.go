// Rows go through the stages of a query one by one, a channel send each
// (cockroachdb/cockroach#20575, #25207, #26099; StirlingMarketingGroup/swoof#110).
package main

import (
	"encoding/binary"
	"flag"

	"shapes/rig"
)

var buffer = flag.Int("buffer", 16, "rows in a channel")

type row struct {
	key   uint64
	price uint64
	qty   uint64
}

func decode(b []byte) row {
	return row{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])}
}

func page() []byte {
	b := make([]byte, 24*4096)
	for i := range 4096 * 3 {
		binary.LittleEndian.PutUint64(b[i*8:], uint64(i)*2654435761)
	}
	return b
}

func keep(r row) bool { return r.qty%5 != 0 }

// one by one

func scan(b []byte, out chan<- row) {
	for {
		for i := 0; i < len(b); i += 24 {
			out <- decode(b[i:])
		}
	}
}

func filter(in <-chan row, out chan<- row) {
	for r := range in {
		if keep(r) {
			out <- r
		}
	}
}

func sum(in <-chan row, groups []uint64) {
	n := 0
	for r := range in {
		groups[r.key%uint64(len(groups))] += r.price * r.qty
		if n++; n == 1024 {
			rig.Done(n)
			n = 0
		}
	}
}

// in batches

func scanBatches(b []byte, out chan<- []row) {
	for {
		batch := make([]row, 0, 256)
		for i := 0; i < len(b); i += 24 {
			if batch = append(batch, decode(b[i:])); len(batch) == cap(batch) {
				out <- batch
				batch = make([]row, 0, 256)
			}
		}
		if len(batch) > 0 {
			out <- batch
		}
	}
}

func filterBatches(in <-chan []row, out chan<- []row) {
	for batch := range in {
		kept := batch[:0]
		for _, r := range batch {
			if keep(r) {
				kept = append(kept, r)
			}
		}
		out <- kept
	}
}

func sumBatches(in <-chan []row, groups []uint64) {
	for batch := range in {
		for _, r := range batch {
			groups[r.key%uint64(len(groups))] += r.price * r.qty
		}
		rig.Done(len(batch))
	}
}

func main() {
	rig.Parse()
	b, groups := page(), make([]uint64, 1024)
	if rig.Fixed() {
		one, two := make(chan []row, 4), make(chan []row, 4)
		go scanBatches(b, one)
		go filterBatches(one, two)
		go sumBatches(two, groups)
	} else {
		one, two := make(chan row, *buffer), make(chan row, *buffer)
		go scan(b, one)
		go filter(one, two)
		go sum(two, groups)
	}
	rig.Measure()
}
