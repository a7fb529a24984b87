package payload_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"collatebench/mockserver/payload"
)

// BenchmarkDecode decodes 1 MiB; MB/s counts the bytes before compression.
func BenchmarkDecode(b *testing.B) {
	for _, c := range payload.Codecs() {
		for _, e := range payload.Encodings() {
			body := build(b, payload.Spec{Codec: c, Encoding: e, Size: payload.MiB, Seed: 1})
			for _, k := range payload.Kinds() {
				d := newDecoder(b, k, c, e)
				b.Run(fmt.Sprintf("codec=%s/encoding=%s/kind=%s/by=whole", c, e, k), func(b *testing.B) {
					b.SetBytes(int64(payload.MiB))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := d.Decode(body.Bytes); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run(fmt.Sprintf("codec=%s/encoding=%s/kind=%s/by=stream", c, e, k), func(b *testing.B) {
					b.SetBytes(int64(payload.MiB))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := d.DecodeStream(plainReader{bytes.NewReader(body.Bytes)}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	for _, k := range payload.Kinds() {
		body := build(b, payload.Spec{Codec: payload.Sonic, Encoding: payload.Identity, Size: payload.MiB, Seed: 1})
		v, err := newDecoder(b, k, payload.Sonic, payload.Identity).Decode(body.Bytes)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("kind="+string(k), func(b *testing.B) {
			b.SetBytes(int64(payload.MiB))
			b.ReportAllocs()
			for b.Loop() {
				v.Digest()
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, c := range payload.Codecs() {
		for _, e := range payload.Encodings() {
			b.Run(fmt.Sprintf("codec=%s/encoding=%s", c, e), func(b *testing.B) {
				b.SetBytes(int64(payload.MiB))
				b.ReportAllocs()
				for b.Loop() {
					build(b, payload.Spec{Codec: c, Encoding: e, Size: payload.MiB, Seed: 1})
				}
			})
		}
	}
}

// BenchmarkDecodedSize is what the values of a body of 1 MiB keep in memory: heap in use for each,
// beside the body.
func BenchmarkDecodedSize(b *testing.B) {
	for _, c := range payload.Codecs() {
		b.Run("codec="+string(c), func(b *testing.B) {
			body := build(b, payload.Spec{Codec: c, Encoding: payload.Identity, Size: payload.MiB, Seed: 1})
			decoder := newDecoder(b, payload.Records, c, payload.Identity)
			var kept [64]payload.Value
			for range b.N {
				clear(kept[:])
				before := heapInUse()
				for i := range kept {
					var err error
					if kept[i], err = decoder.Decode(body.Bytes); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(heapInUse()-before)/float64(len(kept))/1e6, "decoded-MB")
			}
			runtime.KeepAlive(kept)
		})
	}
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
