// Package printable shows text that came from elsewhere, so that a terminal does
// not obey it:
//
//	fmt.Println(printable.String("stopped: \x1b]0;PWNED\x07"))
//	w := printable.NewWriter(os.Stdout)
//	fmt.Fprintln(w, "a name from a file: \xff\u202Egpj.exe")
//
// What a terminal shows as it is stays: letters, signs, blanks, newlines and tabs. A
// control character, a character that turns the direction of writing, and any
// other that nobody can see becomes the escape of Go and JSON, such as \u001b; a
// byte that is no UTF-8 becomes \xff. A text of JSON means the same afterwards,
// since such characters occur in its strings alone.
//
// It does not know what is printed.
package printable

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// String returns the text with its unprintable characters escaped.
func String(text string) string {
	if strings.IndexFunc(text, unprintable) < 0 && utf8.ValidString(text) {
		return text
	}
	return string(appendShown(nil, []byte(text)))
}

// unprintable includes all of the category Cf: characters that turn the direction,
// that join, and that have no width.
func unprintable(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsGraphic(r) }

func appendShown(out, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			out = fmt.Appendf(out, `\x%02x`, text[0])
		case r > 0xffff && unprintable(r): // JSON has no other escape for it
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		case unprintable(r):
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

// A Writer escapes what is written through it. It may be used by several goroutines
// at the same time.
type Writer struct {
	mu   sync.Mutex
	to   io.Writer
	rest []byte // the beginning of a character whose end is not yet written
	err  error  // the first of writing
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// Unwrap returns the writer below, for what draws on a terminal.
func (w *Writer) Unwrap() io.Writer { return w.to }

// Write writes the bytes, but for the beginning of a character at their end: that
// waits for the next Write, or for Close.
func (w *Writer) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := b
	if len(w.rest) > 0 {
		text = append(w.rest, b...)
	}
	whole := len(text) - begun(text)
	w.rest = append([]byte(nil), text[whole:]...)
	if whole == 0 {
		return len(b), nil
	}
	if err := w.write(text[:whole]); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (w *Writer) write(text []byte) error {
	_, err := w.to.Write(appendShown(nil, text))
	w.err = cmp.Or(w.err, err)
	return err
}

// begun is how many bytes at the end of a text are the beginning of a character.
func begun(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}

// Close writes the bytes that still wait for the rest of their character. Its error is the
// first of all that was written: few who print look at each. It does not close the writer below.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	rest := w.rest
	w.rest = nil
	if len(rest) > 0 {
		_ = w.write(rest)
	}
	return w.err
}
