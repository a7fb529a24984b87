package payload_test

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"hash/crc32"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"collatebench/mockserver/payload"
)

var update = flag.Bool("update", false, "write testdata/page.digests.json")

// The canonical form, written as the comment of Digest says and in no other regard.

func count(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }

func str(s string) []byte { return append(count(len(s)), s...) }

func num(v any) []byte {
	b, err := binary.Append(nil, binary.LittleEndian, v)
	if err != nil {
		panic(err)
	}
	return b
}

func keys[V any](m map[string]V) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func recordForm(r *payload.Record) []byte {
	form := [][]byte{num(r.Id), num(r.Created), num(r.Score), num(r.Price), str(r.Name), str(r.Text), count(len(r.Tags))}
	for _, t := range r.Tags {
		form = append(form, str(t))
	}
	form = append(form, count(len(r.Attributes)))
	for _, k := range keys(r.Attributes) {
		form = append(form, str(k), str(r.Attributes[k]))
	}
	return slices.Concat(form...)
}

func genericForm(v any) []byte {
	switch v := v.(type) {
	case nil:
		return []byte("n")
	case bool:
		return map[bool][]byte{false: []byte("f"), true: []byte("t")}[v]
	case float64:
		return append([]byte("d"), num(v+0)...) // -0 + 0 is 0
	case string:
		return append([]byte("s"), str(v)...)
	case []any:
		form := [][]byte{[]byte("a"), count(len(v))}
		for _, e := range v {
			form = append(form, genericForm(e))
		}
		return slices.Concat(form...)
	case map[string]any:
		form := [][]byte{[]byte("o"), count(len(v))}
		for _, k := range keys(v) {
			form = append(form, str(k), genericForm(v[k]))
		}
		return slices.Concat(form...)
	}
	panic("not a JSON value")
}

func formOf(v payload.Value) []byte {
	if v.Records == nil {
		return genericForm(v.Generic)
	}
	var form []byte
	for _, r := range v.Records {
		form = append(form, recordForm(r)...)
	}
	return form
}

func TestDigestIsOfTheCanonicalForm(t *testing.T) {
	text := rapid.String()
	record := rapid.Custom(func(t *rapid.T) *payload.Record {
		return &payload.Record{
			Id: rapid.Int64().Draw(t, "id"), Created: rapid.Int64().Draw(t, "created"),
			Score: rapid.Float64().Draw(t, "score"), Price: rapid.Float64().Draw(t, "price"),
			Name: text.Draw(t, "name"), Text: text.Draw(t, "text"),
			Tags:       rapid.SliceOf(text).Draw(t, "tags"),
			Attributes: rapid.MapOf(text, text).Draw(t, "attributes"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		v := payload.Value{Records: rapid.SliceOf(record).Draw(t, "records")}
		if want := payload.Digest(crc32.ChecksumIEEE(formOf(v))); v.Digest() != want {
			t.Errorf("digest %s; want %s", v.Digest(), want)
		}
	})
	for _, k := range payload.Kinds() {
		b := small(t, payload.JSON)
		v, err := newDecoder(t, k, payload.JSON, payload.Identity).Decode(b.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if want := payload.Digest(crc32.ChecksumIEEE(formOf(v))); v.Digest() != want {
			t.Errorf("%s: digest %s; want %s", k, v.Digest(), want)
		}
	}
}

func TestDigestSeesEachField(t *testing.T) {
	record := decoded(t, payload.JSON)[0]
	plain := payload.Value{Records: []*payload.Record{record}}.Digest()
	for name, change := range map[string]func(*payload.Record){
		"id":              func(r *payload.Record) { r.Id++ },
		"created":         func(r *payload.Record) { r.Created++ },
		"score":           func(r *payload.Record) { r.Score = math.Nextafter(r.Score, 9) },
		"price":           func(r *payload.Record) { r.Price = -r.Price },
		"name":            func(r *payload.Record) { r.Name = strings.ToLower(r.Name) },
		"text":            func(r *payload.Record) { r.Text = r.Text[1:] },
		"tag":             func(r *payload.Record) { r.Tags[1] += "x" },
		"tags cut":        func(r *payload.Record) { r.Tags = r.Tags[1:] },
		"tags in order":   func(r *payload.Record) { r.Tags[0], r.Tags[1] = r.Tags[1], r.Tags[0] },
		"attribute":       func(r *payload.Record) { r.Attributes[keys(r.Attributes)[0]] += "x" },
		"attribute gone":  func(r *payload.Record) { delete(r.Attributes, keys(r.Attributes)[0]) },
		"attribute added": func(r *payload.Record) { r.Attributes["x"] = "" },
	} {
		changed := proto.Clone(record).(*payload.Record)
		change(changed)
		if got := (payload.Value{Records: []*payload.Record{changed}}).Digest(); got == plain {
			t.Errorf("%s: same digest", name)
		}
	}
}

func TestDigestOfGenericValues(t *testing.T) {
	number := func(bits uint64) string { return "d" + string(num(bits)) }
	for _, c := range []struct {
		codec payload.Codec
		body  string
		form  string
	}{
		{payload.JSON, "null", "n"},
		{payload.JSON, "false", "f"},
		{payload.JSON, "true", "t"},
		{payload.JSON, "1", number(0x3ff0000000000000)},
		{payload.JSON, "-0.0", number(0)},
		{payload.JSON, "9007199254740993", number(0x4340000000000000)},
		{payload.JSON, `"é"`, "s\x02\x00\x00\x00é"},
		{payload.JSON, `["",[]]`, "a\x02\x00\x00\x00s\x00\x00\x00\x00a\x00\x00\x00\x00"},
		{payload.JSON, `{"b":{"d":null,"c":{}},"a":true}`,
			"o\x02\x00\x00\x00\x01\x00\x00\x00at\x01\x00\x00\x00bo\x02\x00\x00\x00\x01\x00\x00\x00co\x00\x00\x00\x00\x01\x00\x00\x00dn"},
		// U+10000 is after U+FF61 in UTF-8, and before it in UTF-16.
		{payload.JSON, `{"𐀀":true,"｡":false}`, "o\x02\x00\x00\x00\x03\x00\x00\x00｡f\x04\x00\x00\x00𐀀t"},
		{payload.CBOR, "\x01", number(0x3ff0000000000000)},
		{payload.CBOR, "\x20", number(0xbff0000000000000)},
		{payload.CBOR, "\xf9\x3c\x00", number(0x3ff0000000000000)},
		{payload.CBOR, "\xf9\xfe\x01", number(0x7ff8000000000000)},
		{payload.CBOR, "\x1b\xff\xff\xff\xff\xff\xff\xff\xff", number(0x43f0000000000000)},
		{payload.CBOR, "\x3b\xff\xff\xff\xff\xff\xff\xff\xff", number(0xc3f0000000000000)},
		{payload.CBOR, "\xc2\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00", number(0x43f0000000000000)},
		{payload.CBOR, "\xc2\x41\x01", number(0x3ff0000000000000)},
		{payload.CBOR, "\xf7", "n"},
		{payload.CBOR, "\xe1", number(0x3ff0000000000000)},
		{payload.CBOR, "\x42\x00\xff", "b\x02\x00\x00\x00\x00\xff"},
		{payload.CBOR, "\xd8\x20\x61a", "s\x01\x00\x00\x00a"},
		{payload.CBOR, "\xc1\x00", "s\x14\x00\x00\x001970-01-01T00:00:00Z"},
		{payload.CBOR, "\xa1\x61k\xf5", "o\x01\x00\x00\x00\x01\x00\x00\x00kt"},
	} {
		b, err := payload.Capture([]byte(c.body), c.codec, payload.Identity)
		if want := payload.Digest(crc32.ChecksumIEEE([]byte(c.form))); err != nil || b.Digest != want {
			t.Errorf("%s %q: digest %s, %v; want %s, of %q", c.codec, c.body, b.Digest, err, want, c.form)
		}
	}
	if got := (payload.Value{Generic: *big.NewInt(1)}).Digest(); got != (payload.Value{Generic: 1.0}).Digest() {
		t.Errorf("bignum 1: digest %s", got)
	}
}

// A client in another language is held to these files: the page, and its digest and canonical
// form, decoded as records and decoded without a schema.
func TestVector(t *testing.T) {
	const golden = "testdata/page.digests.json"
	page, err := os.ReadFile("testdata/page.json")
	if err != nil {
		t.Fatal(err)
	}
	type vector struct {
		Digest string `json:"digest"`
		Form   string `json:"canonical_form_hex"`
	}
	if *update {
		vectors := map[payload.Kind]vector{}
		for _, k := range payload.Kinds() {
			v, err := newDecoder(t, k, payload.JSON, payload.Identity).Decode(page)
			if err != nil {
				t.Fatal(err)
			}
			vectors[k] = vector{v.Digest().String(), hex.EncodeToString(formOf(v))}
		}
		b, err := json.MarshalIndent(vectors, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var vectors map[payload.Kind]vector
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, k := range payload.Kinds() {
		want, err := payload.ParseDigest(vectors[k].Digest)
		if err != nil {
			t.Fatal(err)
		}
		form, err := hex.DecodeString(vectors[k].Form)
		if err != nil || payload.Digest(crc32.ChecksumIEEE(form)) != want {
			t.Errorf("%s: the form's digest is not %s (%v)", k, want, err)
		}
		for _, c := range []payload.Codec{payload.JSON, payload.Sonic} {
			for way, decode := range ways {
				v, err := decode(newDecoder(t, k, c, payload.Identity), page)
				if err != nil || v.Digest() != want || hex.EncodeToString(formOf(v)) != vectors[k].Form {
					t.Errorf("%s %s %s: digest %s, %v; want %s", k, c, way, v.Digest(), err, want)
				}
			}
		}
	}
}

func TestParseDigest(t *testing.T) {
	for s, want := range map[string]payload.Digest{"00000000": 0, "0000002a": 42, "ffffffff": 1<<32 - 1} {
		if d, err := payload.ParseDigest(s); err != nil || d != want || d.String() != s {
			t.Errorf("ParseDigest(%q) = %s, %v", s, d, err)
		}
	}
	for _, bad := range []string{"", "2a", "0000002A", "0x00002a", "000000000", "+0000001", "0000000g"} {
		if d, err := payload.ParseDigest(bad); err == nil {
			t.Errorf("ParseDigest(%q) = %s", bad, d)
		}
	}
}
