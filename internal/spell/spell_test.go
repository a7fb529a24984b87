package spell_test

import (
	"slices"
	"testing"
	"time"

	"collatebench/internal/spell"
)

// TestDurations pins what each spelling wrote when it had a package of its
// own, on both sides of every limit.
func TestDurations(t *testing.T) {
	for _, tt := range []struct {
		seconds                  float64
		plain, si, milli, amount string
	}{
		{0, "0s", "0 µs", "0 ms", "0 us"},
		{4e-07, "0s", "0.4 µs", "0.0004 ms", "0 us"},
		{6e-07, "1µs", "0.6 µs", "0.0006 ms", "0 us"},
		{4.57e-05, "46µs", "45.7 µs", "0.0457 ms", "45 us"},
		{0.0004567, "457µs", "457 µs", "0.457 ms", "456 us"},
		{0.0009999, "1ms", "1e+03 µs", "1 ms", "999 us"},
		{0.001, "1ms", "1 ms", "1 ms", "1.00 ms"},
		{0.0045, "4.5ms", "4.5 ms", "4.5 ms", "4.50 ms"},
		{0.00456, "4.6ms", "4.56 ms", "4.56 ms", "4.56 ms"},
		{0.0099951, "10ms", "10 ms", "10 ms", "10.0 ms"},
		{0.01534, "15ms", "15.3 ms", "15.3 ms", "15.3 ms"},
		{0.04567, "46ms", "45.7 ms", "45.7 ms", "45.7 ms"},
		{0.0999, "100ms", "99.9 ms", "99.9 ms", "99.9 ms"},
		{0.4567, "460ms", "457 ms", "457 ms", "457 ms"},
		{0.9995, "1s", "1e+03 ms", "1e+03 ms", "1000 ms"},
		{1, "1s", "1 s", "1.00 s", "1.00 s"},
		{2.341, "2.34s", "2.3 s", "2.34 s", "2.34 s"},
		{12.34, "12.34s", "12 s", "12.34 s", "12.3 s"},
		{123.4, "2m3.4s", "1.2e+02 s", "123.40 s", "123 s"},
	} {
		got := []string{
			spell.Duration(tt.seconds), spell.DurationSI(tt.seconds), spell.DurationMilli(tt.seconds),
			spell.DurationAmount(time.Duration(tt.seconds * 1e9)),
		}
		if want := []string{tt.plain, tt.si, tt.milli, tt.amount}; !slices.Equal(got, want) {
			t.Errorf("%v s: %q, want %q", tt.seconds, got, want)
		}
	}
}

// TestMillisecondsAgree: between 1 ms and 1 s two of the spellings are one.
func TestMillisecondsAgree(t *testing.T) {
	for s := .001; s < 1; s *= 1.00037 {
		if si, milli := spell.DurationSI(s), spell.DurationMilli(s); si != milli {
			t.Fatalf("%v s: %s and %s", s, si, milli)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{spell.Amount(0), "0.00"}, {spell.Amount(9.994), "9.99"}, {spell.Amount(9.996), "10.0"},
		{spell.Amount(99.94), "99.9"}, {spell.Amount(99.96), "100"}, {spell.Amount(12345.6), "12346"}, {spell.Amount(-12.3), "-12.30"},
		{spell.Percent(.0346, 1), "3.5%"}, {spell.Percent(.0346, 0), "3%"}, {spell.Percent(1, 0), "100%"},
		{spell.Plural(0, "pair"), "0 pairs"}, {spell.Plural(1, "pair"), "1 pair"}, {spell.Plural(2, "pair"), "2 pairs"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestNames(t *testing.T) {
	type name string
	if got := spell.Strings([]name{"a", "b"}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q", got)
	}
	five := []string{"a", "b", "c", "d", "e"}
	if got := spell.FirstFew(five); got != "a, b, c, d, e" {
		t.Errorf("five: %s", got)
	}
	if got := spell.FirstFew(append(five, "f")); got != "a, b, c, d, e and 1 more" {
		t.Errorf("six: %s", got)
	}
}

func TestLines(t *testing.T) {
	const text = "\none \ntwo\nthree\n\n"
	for _, tt := range []struct{ got, want string }{
		{spell.FirstLine(text), "one "}, {spell.FirstLine("one"), "one"}, {spell.FirstLine(""), ""},
		{spell.Tail(text, 1), "three"}, {spell.Tail(text, 2), "two\nthree"}, {spell.Tail(text, 9), "one \ntwo\nthree"}, {spell.Tail("", 1), ""},
		{spell.Excerpt(text, 2), "...\ntwo\nthree"}, {spell.Excerpt(text, 4), "\none \ntwo\nthree"}, {spell.Excerpt("", 2), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
