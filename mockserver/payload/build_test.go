package payload_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"reflect"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"collatebench/mockserver/payload"
)

func checkSize(t rapid.TB, s payload.Spec) {
	b, err := payload.Build(s)
	if err != nil {
		t.Fatal(err)
	}
	if n := payload.Size(len(b.Bytes)); n > s.Size || n < s.Size-s.Size/100 {
		t.Errorf("%+v: %d bytes", s, n)
	}
}

func TestBuildSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkSize(t, payload.Spec{
			Codec:    rapid.SampledFrom(payload.Codecs()).Draw(t, "codec"),
			Encoding: payload.Identity,
			Size:     payload.Size(rapid.Int64Range(int64(payload.MinSize), int64(64*payload.KiB)).Draw(t, "size")),
			Seed:     rapid.Uint64().Draw(t, "seed"),
		})
	})
	for _, c := range payload.Codecs() {
		for _, size := range []payload.Size{payload.MinSize, payload.MiB, 8*payload.MiB + 1} {
			checkSize(t, payload.Spec{Codec: c, Encoding: payload.Identity, Size: size, Seed: 1})
		}
	}
	if !testing.Short() && !raceDetector {
		checkSize(t, payload.Spec{Codec: payload.CBOR, Encoding: payload.Identity, Size: payload.MaxSize, Seed: 1})
	}
}

// The size counts before compression: decoding a compressed payload gives the same values.
func TestBuildCompressedHasSameValues(t *testing.T) {
	for _, c := range payload.Codecs() {
		spec := payload.Spec{Codec: c, Encoding: payload.Identity, Size: 100 * payload.KiB, Seed: 1}
		plain := build(t, spec)
		for _, e := range payload.Encodings()[1:] {
			spec.Encoding = e
			b := build(t, spec)
			if b.Digest != plain.Digest || b.Records != plain.Records {
				t.Errorf("%s: %d records, digest %s; plain %d, %s", e, b.Records, b.Digest, plain.Records, plain.Digest)
			}
			if len(b.Bytes) > len(plain.Bytes)/2 || len(b.Bytes) < len(plain.Bytes)/20 {
				t.Errorf("%s: %d bytes of %d: not what large responses shrink to", e, len(b.Bytes), len(plain.Bytes))
			}
		}
	}
}

func TestBuildSeed(t *testing.T) {
	for _, c := range payload.Codecs() {
		for _, e := range payload.Encodings() {
			spec := payload.Spec{Codec: c, Encoding: e, Size: 10 * payload.KiB, Seed: 7}
			one, same := build(t, spec), build(t, spec)
			if !bytes.Equal(one.Bytes, same.Bytes) || one.Digest != same.Digest {
				t.Errorf("%+v: built twice, two payloads", spec)
			}
			spec.Seed++
			if other := build(t, spec); bytes.Equal(one.Bytes, other.Bytes) || one.Digest == other.Digest {
				t.Errorf("%+v: same payload as seed 7", spec)
			}
		}
	}
}

func TestBuildRefused(t *testing.T) {
	good := payload.Spec{Codec: payload.JSON, Encoding: payload.Identity, Size: payload.MinSize}
	build(t, good)
	for want, spoil := range map[string]func(*payload.Spec){
		"payload of 1023B: size not from 1KiB to 256MiB":         func(s *payload.Spec) { s.Size = payload.MinSize - 1 },
		"payload of 268435457B: size not from 1KiB to 256MiB":    func(s *payload.Spec) { s.Size = payload.MaxSize + 1 },
		"payload of -1MiB: size not from 1KiB to 256MiB":         func(s *payload.Spec) { s.Size = -payload.MiB },
		`payload: codec "xml" is not one of json, sonic`:         func(s *payload.Spec) { s.Codec = "xml" },
		`payload: encoding "br" is not one of identity, gzip, z`: func(s *payload.Spec) { s.Encoding = "br" },
	} {
		bad := good
		spoil(&bad)
		if b, err := payload.Build(bad); err == nil || !strings.HasPrefix(err.Error(), want) || b.Bytes != nil {
			t.Errorf("%+v: %d bytes, error %v; want %s", bad, len(b.Bytes), err, want)
		}
	}
}

func small(t *testing.T, c payload.Codec) payload.Body {
	t.Helper()
	return build(t, payload.Spec{Codec: c, Encoding: payload.Identity, Size: 100 * payload.KiB, Seed: 1})
}

// decoded gives the records of a small payload in a codec.
func decoded(t *testing.T, c payload.Codec) []*payload.Record {
	t.Helper()
	v, err := newDecoder(t, payload.Records, c, payload.Identity).Decode(small(t, c).Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return v.Records
}

func TestRecordsAreRealistic(t *testing.T) {
	records := decoded(t, payload.JSON)
	var text strings.Builder
	for i, r := range records {
		v := reflect.ValueOf(r).Elem()
		for _, f := range reflect.VisibleFields(v.Type()) {
			if f.IsExported() && v.FieldByIndex(f.Index).IsZero() {
				t.Errorf("record %d has no %s", i, f.Name)
			}
		}
		if n := len(r.Tags); n < 2 || n > 5 {
			t.Errorf("record %d has %d tags", i, n)
		}
		if n := len(r.Attributes); n < 3 || n > 6 {
			t.Errorf("record %d has %d attributes", i, n)
		}
		if r.Id >= 1<<53 || r.Created >= 1<<53 || i > 0 && (r.Id <= records[i-1].Id || r.Created <= records[i-1].Created) {
			t.Errorf("record %d: id %d, created %d", i, r.Id, r.Created)
		}
		if r.Price == float64(int64(r.Price)) || r.Score == float64(int64(r.Score)) {
			t.Errorf("record %d: price %v, score %v: an integer to some", i, r.Price, r.Score)
		}
		text.WriteString(r.Text)
	}
	if mean := 100 << 10 / len(records); mean < 450 || mean > 750 {
		t.Errorf("%d bytes a record on average", mean)
	}
	for _, odd := range []string{"é", "🚚", `"`, `\`, "\n"} {
		if !strings.Contains(text.String(), odd) {
			t.Errorf("no text has %q", odd)
		}
	}
}

// The bodies are appended by hand: each library has to write the same of the same records.
func TestBodiesAreWhatLibrariesWrite(t *testing.T) {
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	if err := e.Encode(decoded(t, payload.JSON)); err != nil {
		t.Fatal(err)
	}
	sameBytes(t, payload.JSON, bytes.TrimSuffix(want.Bytes(), []byte("\n")))

	r := decoded(t, payload.Proto)
	page := &payload.Page{Records: r, Total: proto.Uint32(uint32(len(r)))}
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	sameBytes(t, payload.Proto, b)

	// Two things differ: the array's head, which ours has room for any number in, and the order
	// of the attributes, which the library sorts together with the fields or not at all.
	b, err = cbor.Marshal(decoded(t, payload.CBOR))
	if err != nil {
		t.Fatal(err)
	}
	body := small(t, payload.CBOR).Bytes
	var ours, theirs any
	if err := errors.Join(cbor.Unmarshal(body, &ours), cbor.Unmarshal(b, &theirs)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(ours, theirs) || len(body) != len(b)+3 {
		t.Errorf("cbor: %d bytes; library %d, or other values", len(body), len(b))
	}
}

func sameBytes(t *testing.T, c payload.Codec, want []byte) {
	t.Helper()
	got := small(t, c).Bytes
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("%s: differs at byte %d: %.40q; library %.40q", c, i, got[i:], want[i:])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d bytes; library %d", c, len(got), len(want))
	}
}

// Codecs with the same bodies have them to the byte, and others do not.
func TestBodiesAreShared(t *testing.T) {
	if got := payload.Sonic.Bodies(); got != payload.JSON {
		t.Errorf("sonic has the bodies of %s", got)
	}
	for _, c := range payload.Codecs() {
		for _, other := range payload.Codecs() {
			same := bytes.Equal(small(t, c).Bytes, small(t, other).Bytes)
			if same != (c.Bodies() == other.Bodies()) || same && c.MediaType() != other.MediaType() {
				t.Errorf("%s and %s have the same bodies: %v; they say those of %s and %s, %s and %s",
					c, other, same, c.Bodies(), other.Bodies(), c.MediaType(), other.MediaType())
			}
		}
		if _, _, err := mime.ParseMediaType(c.MediaType()); err != nil {
			t.Errorf("%s: media type %q: %v", c, c.MediaType(), err)
		}
	}
}
