package bench

import (
	"fmt"
	"regexp"
)

// A ClientName says who collates. Go is this module's; any other is a program in
// another language that keeps the contract of package peers.
type ClientName string

// Go is the client of this package.
const Go ClientName = "go"

// Own is a program of a person's own, of which nothing is known but what is seen from outside.
const Own ClientName = "program"

// word is what a client may be called, and what it may call its codecs and
// placements.
var word = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

var endsAsProcs = regexp.MustCompile(`-[0-9]+$`)

// ParseWord takes a name that can be an element of a cell's name: it must not
// end as GOMAXPROCS does.
func ParseWord(s string) (string, error) {
	switch {
	case !word.MatchString(s):
		return "", fmt.Errorf("%q is not lower-case letters and digits, joined by -", s)
	case endsAsProcs.MatchString(s):
		return "", fmt.Errorf("%q ends in -digits, which would be read as GOMAXPROCS", s)
	case len(s) > maxWord:
		return "", fmt.Errorf("%q is longer than %d letters", s, maxWord)
	}
	return s, nil
}

// maxWord is in bytes: names become names of files.
const maxWord = 40

// ParseClient is the inverse of string(c).
func ParseClient(s string) (ClientName, error) {
	s, err := ParseWord(s)
	return ClientName(s), err
}

// Foreign says that the client is not this package's: it names its codecs and
// placements itself, and runs as a program of its own.
func (c Cell) Foreign() bool { return c.Client != Go && c.Client != "" }

// IsOwn says that the client is a person's own program. It may be of any codec, window and size: its
// cells have these at their defaults, and names leave them out.
func (c Cell) IsOwn() bool { return c.Client == Own }

// AsIs is how a person's own program is varied where it is not.
const AsIs = "as-is"

// variation is the word for what was varied, and for its value.
var variation = regexp.MustCompile(`^[A-Za-z0-9_.:+-]*[A-Za-z0-9_.+]$`)

// ParseVariation takes what can be an element of a cell's name: AsIs, or a name and its value.
func ParseVariation(s string) (string, error) {
	if !variation.MatchString(s) || endsAsProcs.MatchString(s) || len(s) > maxWord {
		return "", fmt.Errorf("%q is not letters, digits and _.:+-, at most %d, not ending in -digits", s, maxWord)
	}
	return s, nil
}

// foreignToo has a row take any word where the client is another language's,
// which names its codecs and placements itself.
func foreignToo(d Dimension, put func(*Cell, string)) Dimension {
	ours := d.set
	d.set = func(c *Cell, s string) error {
		if !c.Foreign() {
			return ours(c, s)
		}
		s, err := ParseWord(s)
		if err == nil {
			put(c, s)
		}
		return err
	}
	return d
}
