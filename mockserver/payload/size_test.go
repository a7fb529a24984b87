package payload_test

import (
	"strings"
	"testing"

	"collatebench/mockserver/payload"
)

func TestSize(t *testing.T) {
	for s, want := range map[string]payload.Size{
		"0B": 0, "1B": 1, "1000B": 1000, "1023B": 1023, "1KiB": 1 << 10, "1025B": 1025,
		"1536B": 1536, "1023KiB": 1023 << 10, "1MiB": 1 << 20, "256MiB": 256 << 20,
		"1GiB": 1 << 30, "1024GiB": 1 << 40, "9223372036854775807B": 1<<63 - 1,
		"8589934591GiB": 8589934591 << 30,
	} {
		got, err := payload.ParseSize(s)
		if err != nil || got != want || got.String() != s {
			t.Errorf("ParseSize(%q) = %d (%s), %v; want %d", s, got, got, err, want)
		}
	}
}

func TestSizeRefused(t *testing.T) {
	for s, want := range map[string]string{
		"1024B":                `size "1024B": written 1KiB`,
		"1048576B":             "written 1MiB",
		"2048KiB":              "written 2MiB",
		"0MiB":                 "written 0B",
		"01MiB":                "written 1MiB",
		"1MB!":                 `size "1MB!": not a whole number of B, KiB, MiB or GiB`,
		"1MB":                  "not a whole number",
		"1mib":                 "not a whole number",
		"1.5MiB":               "not a whole number",
		"-1MiB":                "not a whole number",
		"+1MiB":                "not a whole number",
		" 1MiB":                "not a whole number",
		"1 MiB":                "not a whole number",
		"1_0MiB":               "not a whole number",
		"MiB":                  "not a whole number",
		"1024":                 "not a whole number",
		"":                     "not a whole number",
		"9223372036854775808B": "not a whole number",
		"8589934592GiB":        "not a whole number",
	} {
		if _, err := payload.ParseSize(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseSize(%q): error %v; want one with %q", s, err, want)
		}
	}
}

func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"1MiB", "1000B", "1024B", "0B", "00B", "-1KiB", "8589934592GiB"} {
		f.Add(s, int64(1536))
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		if got, err := payload.ParseSize(s); err == nil && got.String() != s {
			t.Errorf("ParseSize(%q).String() = %q", s, got)
		}
		if n < 0 {
			return
		}
		size := payload.Size(n)
		if got, err := payload.ParseSize(size.String()); err != nil || got != size {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", size, got, err, n)
		}
	})
}
