package bounded_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"collatebench/internal/bounded"
)

func TestMain(m *testing.M) {
	if n := os.Getenv("BOUNDED_TEST_PRINTS"); n != "" {
		fmt.Print(strings.Repeat("x", 3<<20))
		fmt.Fprint(os.Stderr, "complaint\n")
		if n == "fail" {
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestBuffer: however a text is cut into pieces, its beginning and its end are kept,
// To gets the same, and the memory is that of the bounds.
func TestBuffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head, tail := rapid.IntRange(0, 9).Draw(t, "head"), rapid.IntRange(0, 9).Draw(t, "tail")
		var to strings.Builder
		b := &bounded.Buffer{Head: head, Tail: tail, To: &to}
		var text string
		for _, piece := range rapid.SliceOf(rapid.StringMatching("[a-z\n]{0,12}")).Draw(t, "pieces") {
			if n, err := b.Write([]byte(piece)); n != len(piece) || err != nil {
				t.Fatal(n, err)
			}
			text += piece
		}
		want := text
		if left := len(text) - head - tail; left > 0 {
			want = text[:head]
			if head > 0 && text[head-1] != '\n' {
				want += "\n"
			}
			want += fmt.Sprintf("... %d bytes left out ...\n", left) + text[len(text)-tail:]
		}
		if b.String() != want || b.LeftOut() != int64(max(0, len(text)-head-tail)) {
			t.Errorf("of %q it keeps %q, not %q", text, b.String(), want)
		}
		if early := text[:min(head, len(text))]; to.String() != early {
			t.Errorf("before the end %q is passed on, not %q", to.String(), early)
		}
		if err := b.Close(); err != nil || to.String() != want {
			t.Errorf("%q is passed on, not %q: %v", to.String(), want, err)
		}
		if err := b.Close(); err != nil || to.String() != want {
			t.Error("a second Close passes on more")
		}
	})
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestBufferTellsErrors at its end: whoever writes to it goes on.
func TestBufferTellsErrors(t *testing.T) {
	for _, text := range []string{"a", "abc"} { // in the first Write, and in the first and in Close
		b := &bounded.Buffer{Head: 2, Tail: 9, To: full{}}
		for range 2 {
			if n, err := b.Write([]byte(text)); n != len(text) || err != nil {
				t.Error(n, err)
			}
		}
		for range 2 {
			if err := b.Close(); err != errFull {
				t.Error(err)
			}
		}
	}
}

// TestNothingIsPassedOn of a program that prints nothing.
func TestNothingIsPassedOn(t *testing.T) {
	b := &bounded.Buffer{Head: 2, Tail: 9, To: full{}}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestLines(t *testing.T) {
	var got []string
	l := &bounded.Lines{Max: 3, Each: func(line string) { got = append(got, line) }}
	for _, piece := range []string{"a", "b\n\nabcdef", "ghi\nx\r\ny\nno end"} {
		if n, err := l.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	l.Close()
	l.Close()
	if want := []string{"ab", "", "abc", "x\r", "y", "no "}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func prints(how string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "BOUNDED_TEST_PRINTS="+how)
	return cmd
}

func TestCommands(t *testing.T) {
	text, err := bounded.Combined(prints("fail"))
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || len(text) > 130<<10 || !strings.HasSuffix(text, "complaint\n") {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	text, err = bounded.Output(prints("fail"))
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || string(exit.Stderr) != "complaint\n" {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if text, err = bounded.Output(prints("well")); err == nil || err.Error() != "it printed more than 1 MiB" {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}
