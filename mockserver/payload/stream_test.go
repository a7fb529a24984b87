package payload_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"collatebench/mockserver/payload"
)

// An error in the first element is found before the rest has been asked for.
func TestStreamDecodesAsItReads(t *testing.T) {
	for c, first := range map[payload.Codec]string{
		payload.JSON: `[{"id":"x"},`, payload.Sonic: `[{"id":"x"},`, payload.Proto: "\x0a\x01\x08", payload.CBOR: "\x82\xa1bida1",
	} {
		rest := build(t, payload.Spec{Codec: c, Encoding: payload.Identity, Size: payload.MiB, Seed: 1}).Bytes[1:]
		for _, e := range payload.Encodings() {
			body := compress(t, e, append([]byte(first), rest...))
			r := bytes.NewReader(body)
			_, err := newDecoder(t, payload.Records, c, e).DecodeStream(plainReader{r})
			if read := len(body) - r.Len(); err == nil || read > len(body)/2 {
				t.Errorf("%s %s: read %d of %d bytes, then %v", c, e, read, len(body), err)
			}
		}
	}
}

func TestStreamOfAnyPieces(t *testing.T) {
	for _, c := range payload.Codecs() {
		for _, e := range payload.Encodings() {
			b := build(t, payload.Spec{Codec: c, Encoding: e, Size: 20 * payload.KiB, Seed: 1})
			for _, k := range payload.Kinds() {
				d := newDecoder(t, k, c, e)
				want, err := d.Decode(b.Bytes)
				if err != nil {
					t.Fatal(err)
				}
				for _, slow := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
					v, err := d.DecodeStream(slow(bytes.NewReader(b.Bytes)))
					if err != nil || v.Digest() != want.Digest() {
						t.Errorf("%s %s %s: digest %s, %v; want %s", c, e, k, v.Digest(), err, want.Digest())
					}
				}
			}
		}
	}
}

func TestStreamReturnsTheReadersError(t *testing.T) {
	broken := errors.New("connection reset")
	for _, c := range payload.Codecs() {
		for _, e := range payload.Encodings() {
			b := build(t, payload.Spec{Codec: c, Encoding: e, Size: 20 * payload.KiB, Seed: 1}).Bytes
			for _, k := range payload.Kinds() {
				d := newDecoder(t, k, c, e)
				for _, n := range []int{0, 1, 20, len(b) / 2, len(b) - 1, len(b)} {
					_, err := d.DecodeStream(io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(broken)))
					if !errors.Is(err, broken) {
						t.Errorf("%s %s %s after %d of %d bytes: error %v", c, e, k, n, len(b), err)
					}
				}
			}
		}
	}
}
