package recording

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/zeebo/xxh3"
)

// An Exchange is one request and what answered it. It holds no body: bodies are named by their
// digest, and a [Recording] has each distinct one once.
type Exchange struct {
	Method        string
	URL           *url.URL // at the upstream, absolute, without user and fragment
	Proto         string   // that the upstream spoke, as HTTP/2.0
	RequestHeader http.Header
	Request       Body // of it the digest and the size are known, and the bytes are not kept

	Status  int // 0 where there was no answer
	Header  http.Header
	Trailer http.Header
	Body    Body

	Failed     Failure // "" where the answer came whole
	Connection string  // of the program; "" if unknown
	Began      time.Time
	Clocks     Clocks
	Pieces     []Piece // of the body, in the order of arrival; close ones are one
}

// A Body names some bytes as they went over the wire: compressed where they were, not chunked.
type Body struct {
	Digest Digest // zero where there are none, or they are not known whole
	Size   int64
}

// Clocks are the times of an exchange since it began, when the request's header had come from
// the program. What is not known is below 0.
type Clocks struct {
	Sent   time.Duration // the request was sent on, with its body
	First  time.Duration // the first byte of the answer came from the upstream
	Whole  time.Duration // its last byte came
	Handed time.Duration // that byte was given to the kernel for the program
	Taken  time.Duration // the program had read it
}

// unknownClocks is where every clock starts.
var unknownClocks = Clocks{Sent: -1, First: -1, Whole: -1, Handed: -1, Taken: -1}

// A Piece is some bytes of a body that arrived together.
type Piece struct {
	At    time.Duration // since the exchange began
	Bytes int64
}

// A Failure is how an exchange ended that did not come to a whole answer.
type Failure string

// The failures. What the program did is no failure of the upstream: a replay leaves it out.
const (
	Unreachable Failure = "unreachable" // no connection to the upstream, or no answer on it
	Reset       Failure = "reset"       // the upstream reset the connection in the middle of an answer
	Cut         Failure = "cut"         // it ended the connection there
	Left        Failure = "left"        // the program went away
)

// A Digest is the 128-bit XXH3 of some bytes: it tells bodies apart at a cost that a proxy does
// not feel. It is no protection against somebody who makes two bodies with one digest.
type Digest [16]byte

// DigestOf returns the digest of b.
func DigestOf(b []byte) Digest { return xxh3.Hash128(b).Bytes() }

// IsZero says that d is of nothing.
func (d Digest) IsZero() bool { return d == Digest{} }

func (d Digest) String() string {
	if d.IsZero() {
		return ""
	}
	return hex.EncodeToString(d[:])
}

// MarshalText spells d in hexadecimal.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText spells.
func (d *Digest) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Digest{}
		return nil
	}
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(d) {
		return fmt.Errorf("digest %q: not %d hexadecimal digits", text, 2*len(d))
	}
	*d = Digest(b)
	return nil
}
