package runner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"collatebench/mockserver/payload"
	"collatebench/mockserver/recording"
)

// An answer is one of a hand-made HAR.
type answer struct {
	method, path string
	status       int
	media        string
	body         string
}

func harOf(t *testing.T, all []answer) *recording.Recording {
	t.Helper()
	type object map[string]any
	var entries []object
	for i, a := range all {
		entries = append(entries, object{
			"startedDateTime": fmt.Sprintf("2026-01-02T03:04:%02dZ", i),
			"request":         object{"method": a.method, "url": "http://example.com" + a.path, "headers": []object{}},
			"response": object{"status": a.status, "headers": []object{{"name": "Content-Type", "value": a.media}},
				"content": object{"size": len(a.body), "mimeType": a.media, "text": a.body}},
		})
	}
	text, err := json.Marshal(object{"log": object{"version": "1.2", "entries": entries}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.har")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := recording.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTakenBodies(t *testing.T) {
	jsons := []answer{
		{"GET", "/a?x=1", 200, "application/json; charset=utf-8", `{"a":1}`},
		{"GET", "/b", 201, "application/vnd.api+json", `[2]`},
		{"GET", "/again", 200, "application/json", `{"a":1}`},
		{"POST", "/c", 200, "application/json", `[3]`},
		{"GET", "/d", 206, "application/json", `[4]`},
		{"GET", "/e", 500, "application/json", `[5]`},
		{"GET", "/f", 200, "application/json", `[6`},
		{"GET", "/g", 200, "text/html", `<html>`},
	}
	cbor := []answer{{"GET", "/h", 200, "application/cbor", "\x01"}, {"GET", "/i", 200, "application/cbor", "\x02"}, {"GET", "/j", 200, "application/cbor", "\x03"}}
	for _, test := range []struct {
		answers []answer
		codecs  []payload.Codec
		want    string
	}{
		{jsons, nil, `json /a?x=1={"a":1} /b=[2]`},
		{jsons, []payload.Codec{payload.JSON, payload.Sonic}, `json /a?x=1={"a":1} /b=[2]`},
		{slices.Concat(jsons, cbor), nil, "cbor /h=\x01 /i=\x02 /j=\x03"},
		{slices.Concat(jsons, cbor[:2]), nil, `json /a?x=1={"a":1} /b=[2]`}, // as many: the first codec
		{slices.Concat(jsons, cbor), []payload.Codec{payload.Sonic}, `json /a?x=1={"a":1} /b=[2]`},
		{jsons[6:], nil, "no body that a codec here decodes: 1 of application/json (captured payload: decode json body of 2 bytes: unexpected end of JSON input), 1 of text/html"},
		{jsons[7:], nil, "no body that a codec here decodes: 1 of text/html"},
		{jsons[3:4], nil, "no body that a codec here decodes: no GET was answered with one"},
		{jsons, []payload.Codec{payload.CBOR}, "no body that a codec here decodes: 3 of application/json, 1 of application/vnd.api+json, 1 of text/html"},
	} {
		bodies, codec, err := (&taking{r: harOf(t, test.answers), codecs: test.codecs}).take()
		got := string(codec)
		for _, b := range bodies {
			got += " " + b.name + "=" + string(b.text)
		}
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("got  %q\nwant %q", got, test.want)
		}
	}
}

func TestInflated(t *testing.T) {
	const text = "some text, some text, some text"
	var gz, zl, raw, zs bytes.Buffer
	g, z := gzip.NewWriter(&gz), zlib.NewWriter(&zl)
	f, _ := flate.NewWriter(&raw, 5)
	s, _ := zstd.NewWriter(&zs)
	for _, w := range []interface {
		Write([]byte) (int, error)
		Close() error
	}{g, z, f, s} {
		w.Write([]byte(text))
		w.Close()
	}
	for coding, wire := range map[string][]byte{"": []byte(text), "identity": []byte(text), "x-gzip": gz.Bytes(), "gzip": gz.Bytes(), "deflate": zl.Bytes(), "zstd": zs.Bytes()} {
		if got, err := inflated(wire, coding); string(got) != text || err != nil {
			t.Errorf("%s: %q, %v", coding, got, err)
		}
	}
	if got, err := inflated(raw.Bytes(), "deflate"); string(got) != text || err != nil {
		t.Errorf("without zlib's header: %q, %v", got, err)
	}
	if _, err := inflated([]byte(text), "br"); err == nil || !strings.Contains(err.Error(), "br") {
		t.Errorf("br: %v", err)
	}
}
