package main

import (
	"regexp"
	"strings"
	"testing"
)

// number takes in the unit of time: 346 ms may be 1.2 s next time.
var number = regexp.MustCompile(`\d+(?:[.,]\d+)*(?:e[+-]\d+)?(?: ?(?:ns|us|µs|ms|s|m|h)\b)?`)

// masked replaces numbers, and white space between words, which depends on them.
func masked(text string) string {
	var b strings.Builder
	for line := range strings.Lines(number.ReplaceAllString(strings.TrimSpace(text), "#")) {
		b.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
	}
	return b.String()
}

var dots = regexp.MustCompile(`(?m)^\\\.\\\.\\\.\n`) // "..." as QuoteMeta writes it

// anyLines matches a text in which a line "..." stands for any lines.
func anyLines(text string) *regexp.Regexp {
	return regexp.MustCompile(`^` + dots.ReplaceAllString(regexp.QuoteMeta(text), `(?:.*\n)*`) + `$`)
}

// TestMasked: a number is not compared, and all else is.
func TestMasked(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"A wait lasts 346 ms.", "A wait lasts 1.2 s.", true},
		{"  13.90       346 ms    106  sync", "9.1  1.04 s  6    sync\n", true},
		{"http://127.0.0.1:35175", "http://127.0.0.1:6060", true},
		{"run folder: results/runs/20261123-025211", "run folder: results/runs/20261124-110001", true},
		{"1.66x (1.63-1.69, 8 pairs)", "2x (1.9-2.1, 12 pairs)", true},
		{"49,686 events", "1,249,686 events", true},
		{"1.12 of 2 cores", "1.12 of all cores", false},
		{"13 streams", "13 seconds", false},
		{"one\ntwo", "one two", false},
	} {
		if (masked(c.a) == masked(c.b)) != c.same {
			t.Errorf("%q and %q are %q and %q", c.a, c.b, masked(c.a), masked(c.b))
		}
	}
}
