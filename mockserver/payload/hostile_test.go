package payload_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"collatebench/mockserver/payload"
)

func TestTruncatedIsAnError(t *testing.T) {
	each(t, func(t *testing.T, c payload.Codec, e payload.Encoding, decode decodeFunc) {
		for _, k := range payload.Kinds() {
			d := newDecoder(t, k, c, e)
			b := build(t, payload.Spec{Codec: c, Encoding: e, Size: payload.MinSize, Seed: 1})
			for n := range len(b.Bytes) {
				if v, err := decode(d, b.Bytes[:n:n]); err == nil {
					t.Fatalf("%s: first %d of %d bytes are %d records", k, n, len(b.Bytes), v.Len())
				}
			}
		}
		d := newDecoder(t, payload.Records, c, e)
		b := build(t, payload.Spec{Codec: c, Encoding: e, Size: 100 * payload.KiB, Seed: 1})
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(0, len(b.Bytes)-1).Draw(t, "bytes")
			if v, err := decode(d, b.Bytes[:n:n]); err == nil {
				t.Fatalf("first %d of %d bytes are %d records", n, len(b.Bytes), v.Len())
			}
		})
	})
}

func TestTrailingBytesAreAnError(t *testing.T) {
	each(t, func(t *testing.T, c payload.Codec, e payload.Encoding, decode decodeFunc) {
		b := build(t, payload.Spec{Codec: c, Encoding: e, Size: payload.MinSize, Seed: 1})
		rapid.Check(t, func(t *rapid.T) {
			d := newDecoder(t, rapid.SampledFrom(payload.Kinds()).Draw(t, "kind"), c, e)
			garbage := rapid.SliceOfN(rapid.Byte(), 1, 20).Filter(func(b []byte) bool {
				// White space, and a page's total given again, are no garbage.
				return len(bytes.TrimSpace(b)) > 0 && b[0] != 2<<3
			}).Draw(t, "garbage")
			if v, err := decode(d, append(bytes.Clone(b.Bytes), garbage...)); err == nil {
				t.Fatalf("%d records, then %q", v.Len(), garbage)
			}
		})
	})
}

// allocated is what f allocates, in bytes; other goroutines are idle.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHostileBodiesAllocateLittle(t *testing.T) {
	liar := compress(t, payload.Gzip, []byte("[{}]"))
	copy(liar[len(liar)-4:], "\xff\xff\xff\xff")
	long := strings.Repeat("\xff", 7)
	for name, try := range map[string]struct {
		c    payload.Codec
		e    payload.Encoding
		body string
	}{
		"gzip of a false length":  {payload.JSON, payload.Gzip, string(liar)},
		"zstd of a false length":  {payload.JSON, payload.Zstd, "\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x0c\x11\x00\x00[]"},
		"zstd of a vast length":   {payload.JSON, payload.Zstd, "\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x00\x00\x0c\x11\x00\x00[]"},
		"zstd of a vast window":   {payload.JSON, payload.Zstd, "\x28\xb5\x2f\xfd\x00\xa0\x11\x00\x00[]"},
		"cbor array of 2^32-1":    {payload.CBOR, payload.Identity, "\x9a\xff\xff\xff\xff\xa0"},
		"cbor array of 2^64-1":    {payload.CBOR, payload.Identity, "\x9b\xff" + long + "\xa0"},
		"cbor map of 2^27":        {payload.CBOR, payload.Identity, "\x81\xba\x08\x00\x00\x00\x61a"},
		"cbor text of 2^60":       {payload.CBOR, payload.Identity, "\x81\xa1\x64name\x7b\x10" + long},
		"cbor, deep":              {payload.CBOR, payload.Identity, strings.Repeat("\x81", 1<<20)},
		"proto record of 128 MiB": {payload.Proto, payload.Identity, "\x0a\x80\x80\x80\x40"},
		"proto record of 2^63":    {payload.Proto, payload.Identity, "\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"},
		"json, deep":              {payload.JSON, payload.Identity, strings.Repeat("[", 1<<20)},
		"json objects, deep":      {payload.JSON, payload.Identity, "[" + strings.Repeat(`{"a":`, 1<<18)},
		"sonic, deep":             {payload.Sonic, payload.Identity, strings.Repeat("[", 1<<20)},
		"sonic objects, deep":     {payload.Sonic, payload.Identity, "[" + strings.Repeat(`{"a":`, 1<<18)},
		"sonic, deep and whole":   {payload.Sonic, payload.Identity, strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20)},
		"sonic, deep in a record": {payload.Sonic, payload.Identity, `[{"x":` + strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20) + `}]`},
	} {
		for _, k := range payload.Kinds() {
			for way, decode := range ways {
				d := newDecoder(t, k, try.c, try.e)
				n := allocated(func() {
					if v, err := decode(d, []byte(try.body)); err == nil {
						t.Errorf("%s, %s %s: %d records", name, k, way, v.Len())
					}
				})
				if n > 64<<20 {
					t.Errorf("%s, %s %s: allocated %d bytes for %d", name, k, way, n, len(try.body))
				}
			}
		}
	}
}

func TestInflatesToMaxSizeAtMost(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("inflates 256 MiB")
	}
	bomb := compress(t, payload.Gzip, bytes.Repeat([]byte(" "), int(payload.MaxSize)+1))
	for way, decode := range ways {
		_, err := decode(newDecoder(t, payload.Captured, payload.JSON, payload.Gzip), bomb)
		if err == nil || !strings.Contains(err.Error(), "longer than 256MiB") {
			t.Errorf("%s: error %v", way, err)
		}
	}
}

func TestVastLengthIsNotEvenTried(t *testing.T) {
	const frame = "\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x01\x00\x00\x00\x11\x00\x00[]"
	_, err := newDecoder(t, payload.Records, payload.JSON, payload.Zstd).Decode([]byte(frame))
	if err == nil || !strings.Contains(err.Error(), "longer than 256MiB") {
		t.Errorf("error %v", err)
	}
}
