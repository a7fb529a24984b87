package printable_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"collatebench/internal/printable"
)

func TestString(t *testing.T) {
	for text, want := range map[string]string{
		"":             "",
		"ns/op\t1.5\n": "ns/op\t1.5\n",
		"µs ± 2% é 日本 🙂 a\u00a0b \ufffd": "µs ± 2% é 日本 🙂 a\u00a0b \ufffd",
		"\x1b[2J":            `\u001b[2J`,
		"a\rb\x00\x7f\b":     `a\u000db\u0000\u007f\u0008`,
		"\u009b2J":           `\u009b2J`, // a terminal takes it for ESC [
		"\u202e\u2066\u200f": `\u202e\u2066\u200f`,
		"\u200b\ufeff\u2028": `\u200b\ufeff\u2028`,
		"\U000e0001":         `\udb40\udc01`,
		"\xff\xc3":           `\xff\xc3`,
		"\xc3(":              `\xc3(`,
		"\\u001b":            `\u001b`,
	} {
		if got := printable.String(text); got != want {
			t.Errorf("%q is shown as %q, not as %q", text, got, want)
		}
	}
}

// TestWriter: a text in pieces is shown as it is in one.
func TestWriter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) })).Draw(t, "text")
		var out bytes.Buffer
		w := printable.NewWriter(&out)
		for left := text; len(left) > 0; {
			n := rapid.IntRange(0, len(left)).Draw(t, "piece")
			if took, err := w.Write(left[:n]); took != n || err != nil {
				t.Fatalf("of %d bytes it took %d: %v", n, took, err)
			}
			left = left[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want := printable.String(string(text)); out.String() != want {
			t.Errorf("%q is shown as %q, not as %q", text, &out, want)
		}
		for _, r := range out.String() {
			if r != '\n' && r != '\t' && !unicode.IsGraphic(r) {
				t.Errorf("%q lets %q through", text, r)
			}
		}
		if !utf8.Valid(out.Bytes()) {
			t.Errorf("%q is no UTF-8", &out)
		}
	})
}

// TestJSONKeepsItsMeaning: JSON need not go another way than text for people.
func TestJSONKeepsItsMeaning(t *testing.T) {
	const text = "\x1b]0;\x07\u009b\u202e\U000e0001 é \\ \" \u2028\x7f"
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	var back string
	if err := json.Unmarshal([]byte(printable.String(string(raw))), &back); err != nil || back != text {
		t.Errorf("%v: %q came back, not %q", err, back, text)
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriterTellsErrors(t *testing.T) {
	w := printable.NewWriter(broken{})
	if _, err := w.Write([]byte("a\xc3")); err != errBroken {
		t.Error(err)
	}
	if err := w.Close(); err != errBroken {
		t.Error(err)
	}
	// Nothing is left to write, and still Close tells what was lost.
	whole := printable.NewWriter(broken{})
	_, _ = whole.Write([]byte("a"))
	if err := whole.Close(); err != errBroken {
		t.Error(err)
	}
}
