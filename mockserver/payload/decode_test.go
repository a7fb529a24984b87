package payload_test

import (
	"encoding/json"
	"runtime/metrics"
	"sync"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"google.golang.org/protobuf/proto"

	"collatebench/mockserver/payload"
)

// inCodec encodes records by the codec's own library.
func inCodec(t *testing.T, c payload.Codec, r []*payload.Record) []byte {
	t.Helper()
	var b []byte
	var err error
	switch c {
	case payload.JSON, payload.Sonic:
		b, err = json.Marshal(r)
	case payload.Proto:
		b, err = proto.Marshal(&payload.Page{Records: r, Total: proto.Uint32(uint32(len(r)))})
	case payload.CBOR:
		b, err = cbor.Marshal(r)
	default:
		t.Fatalf("no library for %s", c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The same records, in every codec and encoding, decoded in both ways, are equal, and have the
// digest that Build stated of those in JSON.
func TestCodecsAreEqual(t *testing.T) {
	want, stated := decoded(t, payload.JSON), small(t, payload.JSON).Digest
	each(t, func(t *testing.T, c payload.Codec, e payload.Encoding, decode decodeFunc) {
		body, err := payload.Capture(inCodec(t, c, want), c, e)
		if err != nil {
			t.Fatal(err)
		}
		v, err := decode(newDecoder(t, payload.Records, c, e), body.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if v.Len() != len(want) || v.Digest() != stated || v.Generic != nil {
			t.Fatalf("%d records, digest %s; want %d, %s", v.Len(), v.Digest(), len(want), stated)
		}
		for i, r := range v.Records {
			if !proto.Equal(r, want[i]) {
				t.Fatalf("record %d: %v; want %v", i, r, want[i])
			}
		}
	})
}

func TestDecodeIsAsBuildStates(t *testing.T) {
	each(t, func(t *testing.T, c payload.Codec, e payload.Encoding, decode decodeFunc) {
		d := newDecoder(t, payload.Records, c, e)
		for seed, size := range []payload.Size{payload.MinSize, 10_000, 200 * payload.KiB} {
			b := build(t, payload.Spec{Codec: c, Encoding: e, Size: size, Seed: uint64(seed)})
			v, err := decode(d, b.Bytes)
			if err != nil || v.Len() != b.Records || v.Digest() != b.Digest {
				t.Errorf("%s: %d records, digest %s, %v; want %d, %s", size, v.Len(), v.Digest(), err, b.Records, b.Digest)
			}
		}
	})
}

func TestNewDecoderRefuses(t *testing.T) {
	for want, try := range map[string]func() (payload.Decoder, error){
		`decoder: kind "made" is not one of records, captured`: func() (payload.Decoder, error) {
			return payload.NewDecoder("made", payload.JSON, payload.Gzip)
		},
		`decoder: codec "" is not one of json, sonic, proto, cbor`: func() (payload.Decoder, error) {
			return payload.NewDecoder(payload.Records, "", payload.Gzip)
		},
		`decoder: encoding "br" is not one of identity, gzip, zstd`: func() (payload.Decoder, error) {
			return payload.NewDecoder(payload.Records, payload.JSON, "br")
		},
	} {
		if d, err := try(); err == nil || err.Error() != want || d != (payload.Decoder{}) {
			t.Errorf("error %v; want %s", err, want)
		}
	}
	for way, decode := range ways {
		if _, err := decode(payload.Decoder{}, []byte("[]")); err == nil {
			t.Errorf("%s: the zero Decoder decodes", way)
		}
	}
}

func TestOtherShapesAreErrors(t *testing.T) {
	for c, bodies := range map[payload.Codec][]string{
		payload.JSON:  {"null", "{}", `"[]"`, "[null]", "[1]", `[{"id":1.5}]`, `[{"id":"1"}]`, `[{"tags":[1]}]`, "[{},]", "[{}{}]"},
		payload.Sonic: {"null", "{}", `"[]"`, "[null]", "[1]", `[{"id":1.5}]`, `[{"id":"1"}]`, `[{"tags":[1]}]`, "[{},]", "[{}{}]", "[{\"name\":\"\x01\"}]"},
		payload.Proto: {"\x10\x01", "\x0a\x00", "\x0a\x00\x10\x02", "\x0a\x00\x10\x01\x18\x01", "\x0b\x0c\x10\x00", "\x08\x01\x10\x01"},
		payload.CBOR:  {"\xf6", "\xa0", "\x81\xf6", "\x81\x01", "\x81\xa1bida1", "\x9f\xff\xff", "\x9c", "\x80\x80"},
	} {
		for way, decode := range ways {
			d := newDecoder(t, payload.Records, c, payload.Identity)
			for _, body := range bodies {
				if v, err := decode(d, []byte(body)); err == nil {
					t.Errorf("%s %s %q: %d records", c, way, body, v.Len())
				}
			}
		}
	}
}

func TestEmptyPage(t *testing.T) {
	for c, body := range map[payload.Codec]string{
		payload.JSON: " [ ] ", payload.Sonic: " [ ] ", payload.Proto: "\x10\x00", payload.CBOR: "\x80",
	} {
		for way, decode := range ways {
			v, err := decode(newDecoder(t, payload.Records, c, payload.Identity), []byte(body))
			if err != nil || v.Records == nil || v.Len() != 0 || v.Digest() != 0 {
				t.Errorf("%s %s: %v records, digest %s, %v", c, way, v.Records, v.Digest(), err)
			}
		}
	}
}

func TestDecodeStartsNoGoroutine(t *testing.T) {
	each(t, func(t *testing.T, c payload.Codec, e payload.Encoding, decode decodeFunc) {
		b := build(t, payload.Spec{Codec: c, Encoding: e, Size: 300 * payload.KiB, Seed: 1})
		d := newDecoder(t, payload.Records, c, e)
		// The runtime starts some of its own now and then, but not each time.
		for range 5 {
			before := goroutinesCreated(t)
			if _, err := decode(d, b.Bytes); err != nil {
				t.Fatal(err)
			}
			if goroutinesCreated(t) == before {
				return
			}
		}
		t.Error("each of 5 decodes started a goroutine")
	})
}

func goroutinesCreated(t *testing.T) uint64 {
	s := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		t.Skip("this Go does not count goroutines")
	}
	return s[0].Value.Uint64()
}

func TestDecoderServesManyGoroutines(t *testing.T) {
	each(t, func(t *testing.T, c payload.Codec, e payload.Encoding, decode decodeFunc) {
		d := newDecoder(t, payload.Records, c, e)
		var all sync.WaitGroup
		for seed := range uint64(4) {
			b := build(t, payload.Spec{Codec: c, Encoding: e, Size: 20 * payload.KiB, Seed: seed})
			all.Go(func() {
				for range 5 {
					v, err := decode(d, b.Bytes)
					if err != nil || v.Digest() != b.Digest {
						t.Errorf("seed %d: digest %s, %v; want %s", seed, v.Digest(), err, b.Digest)
					}
				}
			})
		}
		all.Wait()
	})
}

// What one decode gave must outlive the buffers' next use.
func TestValuesOutliveTheNextDecode(t *testing.T) {
	each(t, func(t *testing.T, c payload.Codec, e payload.Encoding, decode decodeFunc) {
		for _, k := range payload.Kinds() {
			d := newDecoder(t, k, c, e)
			var values []payload.Value
			var want []payload.Digest
			for seed := range uint64(3) {
				v, err := decode(d, build(t, payload.Spec{Codec: c, Encoding: e, Size: 50 * payload.KiB, Seed: seed}).Bytes)
				if err != nil {
					t.Fatal(err)
				}
				values, want = append(values, v), append(want, v.Digest())
			}
			for i, v := range values {
				if v.Digest() != want[i] {
					t.Errorf("%s: value %d changed", k, i)
				}
			}
		}
	})
}
