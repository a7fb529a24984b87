package payload_test

import (
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"collatebench/mockserver/payload"
)

// Without a schema, the codecs that can be read so are equal to each other.
func TestCapturedIsAsCaptureStates(t *testing.T) {
	records := decoded(t, payload.JSON)
	generic, err := payload.Capture(inCodec(t, payload.JSON, records), payload.JSON, payload.Identity)
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, c payload.Codec, e payload.Encoding, decode decodeFunc) {
		want := generic.Digest
		if c == payload.Proto {
			want = small(t, payload.JSON).Digest
		}
		b, err := payload.Capture(inCodec(t, c, records), c, e)
		if err != nil || b.Digest != want || b.Records != len(records) {
			t.Fatalf("captured %d records, digest %s, %v; want %d, %s", b.Records, b.Digest, err, len(records), want)
		}
		v, err := decode(newDecoder(t, payload.Captured, c, e), b.Bytes)
		if err != nil || v.Len() != b.Records || v.Digest() != b.Digest || (v.Records != nil) != (c == payload.Proto) {
			t.Errorf("%d records, digest %s, %v; want %d, %s", v.Len(), v.Digest(), err, b.Records, b.Digest)
		}
	})
}

func TestCapturedNeedNotBeAnArray(t *testing.T) {
	for raw, want := range map[string]int{
		` {"items":[1,2,3],"next":null}`: 1, `"text"`: 1, "-1.5e3 ": 1, "\t[] ": 0, "[[1],{}]": 2, "null": 0, "false": 1,
	} {
		for _, c := range []payload.Codec{payload.JSON, payload.Sonic} {
			testCaptured(t, c, []byte(raw), want)
		}
		var v any
		if err := json.Unmarshal([]byte(raw), &v); err != nil {
			t.Fatal(err)
		}
		b, err := cbor.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		testCaptured(t, payload.CBOR, b, want)
	}
	testCaptured(t, payload.CBOR, []byte("\x9f\x01\x02\xff"), 2)
}

func testCaptured(t *testing.T, c payload.Codec, raw []byte, records int) {
	t.Helper()
	for _, e := range payload.Encodings() {
		b, err := payload.Capture(raw, c, e)
		if err != nil || b.Records != records {
			t.Errorf("%s %q: %d records, %v; want %d", c, raw, b.Records, err, records)
		}
		for way, decode := range ways {
			v, err := decode(newDecoder(t, payload.Captured, c, e), b.Bytes)
			if err != nil || v.Len() != records || v.Digest() != b.Digest {
				t.Errorf("%s %s %q: %d records, digest %s, %v; want %d, %s", c, way, raw, v.Len(), v.Digest(), err, records, b.Digest)
			}
		}
	}
}

func TestCaptureRefused(t *testing.T) {
	for _, c := range payload.Codecs() {
		for _, raw := range []string{"", "[1,", "{} {}", "\x8a"} {
			if b, err := payload.Capture([]byte(raw), c, payload.Gzip); err == nil {
				t.Errorf("%s: captured %q as %d bytes", c, raw, len(b.Bytes))
			}
		}
	}
	if _, err := payload.Capture([]byte("1"), "xml", payload.Gzip); err == nil {
		t.Error("captured xml")
	}
	if _, err := payload.Capture([]byte("1"), payload.JSON, "br"); err == nil {
		t.Error("captured as br")
	}
}
