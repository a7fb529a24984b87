// Blocks are decompressed with DecodeAll of a decoder that all share, which was made with
// concurrency 1 to save memory: inside it, one block is decoded at a time
// (s2-streamstore/s2-sdk-go#335, e2b-dev/infra#2648).
package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/klauspost/compress/zstd"

	"shapes/rig"
)

const blocks = 32

// table is compressed blocks of rows, as read from a file.
type table struct {
	blocks  [][]byte
	decoder *zstd.Decoder
}

func newTable(concurrency int) *table {
	t := new(table)
	e, err := zstd.NewWriter(nil)
	rig.Must(err)
	for range blocks {
		var b bytes.Buffer
		for b.Len() < 256<<10 {
			fmt.Fprintf(&b, "%d,%s,%s,%.3f\n", rand.IntN(1e9), []string{"buy", "sell", "cancel"}[rand.IntN(3)],
				[]string{"ACME", "INITECH", "HOOLI", "GLOBEX"}[rand.IntN(4)], rand.Float64()*1000)
		}
		t.blocks = append(t.blocks, e.EncodeAll(b.Bytes(), nil))
	}
	t.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(concurrency))
	rig.Must(err)
	return t
}

// matches counts the rows of a block that have a word.
func (t *table) matches(block int, word, buffer []byte) (int, []byte, error) {
	rows, err := t.decoder.DecodeAll(t.blocks[block], buffer[:0])
	if err != nil {
		return 0, buffer, err
	}
	return bytes.Count(rows, word), rows, nil
}

func (t *table) scan(word string) {
	var buffer []byte
	for {
		var err error
		if _, buffer, err = t.matches(rand.IntN(blocks), []byte(word), buffer); err != nil {
			panic(err)
		}
		rig.Done(1)
	}
}

func main() {
	rig.Parse()
	concurrency := 1
	if rig.Fixed() {
		concurrency = 0
	}
	t := newTable(concurrency)
	for range 6 {
		go t.scan("HOOLI")
	}
	rig.Measure()
}
