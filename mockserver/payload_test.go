package mockserver_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/mockserver"
	"collatebench/mockserver/payload"
)

func TestPayloadDecodesToWhatItsHeaderSays(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		u := serveTo(t, mockserver.Options{Seed: 1}, newClient(t, http2))
		for _, codec := range payload.Codecs() {
			for _, encoding := range payload.Encodings() {
				resp, body := u.must("codec=%s&encoding=%s&size=64KiB&id=3", codec, encoding)
				checkDecodes(t, resp, body, payload.Records, codec, encoding)
			}
		}
	})
}

func checkDecodes(t *testing.T, resp *http.Response, body []byte, k payload.Kind, c payload.Codec, e payload.Encoding) {
	t.Helper()
	d, err := payload.NewDecoder(k, c, e)
	if err != nil {
		t.Fatal(err)
	}
	v, err := d.Decode(body)
	if err != nil {
		t.Fatalf("%s %s: %v", c, e, err)
	}
	if got, want := fmt.Sprint(v.Len()), resp.Header.Get("X-Payload-Records"); got != want {
		t.Errorf("%s %s: %s records, the header says %s", c, e, got, want)
	}
	if got, want := v.Digest().String(), resp.Header.Get("X-Payload-Digest"); got != want {
		t.Errorf("%s %s: digest %s, the header says %s", c, e, got, want)
	}
	types := map[payload.Codec]string{payload.JSON: "application/json", payload.Sonic: "application/json",
		payload.Proto: "application/x-protobuf", payload.CBOR: "application/cbor"}
	if got := resp.Header.Get("Content-Type"); got != types[c] {
		t.Errorf("%s: Content-Type %q, want %q", c, got, types[c])
	}
	want := string(e)
	if e == payload.Identity {
		want = ""
	}
	if got := resp.Header.Get("Content-Encoding"); got != want {
		t.Errorf("%s: Content-Encoding %q, want %q", e, got, want)
	}
}

func TestDefaultsAre1MiBOfPlainJSON(t *testing.T) {
	u := serve(t, mockserver.Options{})
	_, body := u.must("")
	_, same := u.must("codec=json&encoding=identity&id=0&kind=records&size=1MiB")
	if !bytes.Equal(body, same) {
		t.Error("a query without parameters has another body than one with the defaults")
	}
	if len(body) > 1<<20 || len(body) < (1<<20)*99/100 {
		t.Errorf("%d bytes, want 1 MiB within 1%%", len(body))
	}
}

func TestBodiesRotateByID(t *testing.T) {
	u := serve(t, mockserver.Options{Bodies: 3})
	seen := map[string]bool{}
	for id := range 7 {
		_, body := u.must("size=1KiB&id=%d", id)
		seen[string(body)] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d bodies rotate, want 3", len(seen))
	}
	_, first := u.must("size=1KiB&id=0")
	_, again := u.must("size=1KiB&id=18446744073709551615") // 2^64-1 is a multiple of 3
	if !bytes.Equal(first, again) {
		t.Error("the last id has another body than the first")
	}
}

func TestCodecsShareBytesAndSeedsDoNot(t *testing.T) {
	u := serve(t, mockserver.Options{Seed: 1})
	other := serve(t, mockserver.Options{Seed: 2})
	resp, body := u.must("codec=json&size=4KiB")
	if _, sonic := u.must("codec=sonic&size=4KiB"); !bytes.Equal(body, sonic) {
		t.Error("json and sonic have other bytes")
	}
	if _, elsewhere := other.must("codec=json&size=4KiB"); bytes.Equal(body, elsewhere) {
		t.Error("another seed has the same bytes")
	}
	zipped, _ := u.must("codec=json&size=4KiB&encoding=zstd")
	if a, b := resp.Header.Get("X-Payload-Digest"), zipped.Header.Get("X-Payload-Digest"); a != b {
		t.Errorf("plain decodes to %s, compressed to %s", a, b)
	}
}

func TestCapturedFiles(t *testing.T) {
	dir := t.TempDir()
	files := []string{filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")}
	texts := []string{`[{"a": 1}, {"a": 2.5}, null]`, `{"b": ["x", true]}`}
	for i, name := range files {
		if err := os.WriteFile(name, []byte(texts[i]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	u := serve(t, mockserver.Options{Captured: files})
	for id := range 4 {
		for _, codec := range []payload.Codec{payload.JSON, payload.Sonic} {
			resp, body := u.must("kind=captured&codec=%s&id=%d&size=2MiB", codec, id)
			if want := texts[id%2]; string(body) != want {
				t.Errorf("id %d: %q, want %q", id, body, want)
			}
			checkDecodes(t, resp, body, payload.Captured, codec, payload.Identity)
		}
	}
	resp, body := u.must("kind=captured&encoding=gzip&size=1GiB") // the size does not matter
	checkDecodes(t, resp, body, payload.Captured, payload.JSON, payload.Gzip)
	resp, body, err := u.fetch("kind=captured&codec=cbor&id=1")
	if err != nil || resp.StatusCode != http.StatusBadRequest || !strings.HasPrefix(string(body), `codec: "cbor": captured file `+files[0]) {
		t.Errorf("JSON taken for CBOR: %v, %s, %q", err, resp.Status, body)
	}
}
