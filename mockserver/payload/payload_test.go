package payload_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"collatebench/mockserver/payload"
)

// No decoder may start a goroutine, let alone leave one.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// build makes the payload or ends the test.
func build(tb rapid.TB, s payload.Spec) payload.Body {
	tb.Helper()
	b, err := payload.Build(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func newDecoder(tb rapid.TB, k payload.Kind, c payload.Codec, e payload.Encoding) payload.Decoder {
	tb.Helper()
	d, err := payload.NewDecoder(k, c, e)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

type decodeFunc func(payload.Decoder, []byte) (payload.Value, error)

// ways are the two ways to decode a body.
var ways = map[string]decodeFunc{
	"whole": payload.Decoder.Decode,
	"stream": func(d payload.Decoder, body []byte) (payload.Value, error) {
		return d.DecodeStream(plainReader{bytes.NewReader(body)})
	},
}

// plainReader hides what else a reader can do, as a response's body does.
type plainReader struct{ io.Reader }

func compress(t *testing.T, e payload.Encoding, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch e {
	case payload.Identity:
		return plain
	case payload.Gzip:
		w = gzip.NewWriter(&b)
	case payload.Zstd:
		w, err = zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	}
	if err == nil {
		_, err = w.Write(plain)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// each runs f for each codec, encoding and way to decode.
func each(t *testing.T, f func(*testing.T, payload.Codec, payload.Encoding, decodeFunc)) {
	for _, c := range payload.Codecs() {
		for _, e := range payload.Encodings() {
			for way, decode := range ways {
				t.Run(fmt.Sprintf("%s/%s/%s", c, e, way), func(t *testing.T) { f(t, c, e, decode) })
			}
		}
	}
}

func TestNames(t *testing.T) {
	testNames(t, payload.ParseKind, payload.Kinds(), "records", "captured")
	testNames(t, payload.ParseCodec, payload.Codecs(), "json", "sonic", "proto", "cbor")
	testNames(t, payload.ParseEncoding, payload.Encodings(), "identity", "gzip", "zstd")
}

func testNames[T ~string](t *testing.T, parse func(string) (T, error), all []T, names ...T) {
	if !slices.Equal(all, names) {
		t.Errorf("listed %v; want %v", all, names)
	}
	for _, n := range names {
		if got, err := parse(string(n)); got != n || err != nil {
			t.Errorf("parse %q: %q, %v", n, got, err)
		}
	}
	for _, bad := range []string{"", "JSON", " json", "json\n", "gzip,zstd"} {
		if got, err := parse(bad); err == nil {
			t.Errorf("parse %q: %q; want an error", bad, got)
		}
	}
}

func TestNameRefused(t *testing.T) {
	_, err := payload.ParseCodec("xml")
	if want := `"xml" is not one of json, sonic, proto, cbor`; err == nil || err.Error() != want {
		t.Errorf("error %v; want %s", err, want)
	}
}
