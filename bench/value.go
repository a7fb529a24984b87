package bench

import (
	"fmt"
	"regexp"
	"strconv"

	"collatebench/internal/allowance"
	"collatebench/internal/oneof"
)

// An Order is the order in which results are gathered.
type Order string

const (
	Completion  Order = "completion" // as they are decoded
	RequestWise Order = "request"    // as they were asked for: the others wait for a slow first one
)

// Orders returns every order, the default first.
func Orders() []Order { return []Order{Completion, RequestWise} }

// ParseOrder is the inverse of string(o).
func ParseOrder(s string) (Order, error) { return oneof.Parse(s, Orders()) }

// A Protocol is what the client speaks to the upstream.
type Protocol string

const (
	HTTP1 Protocol = "http1" // a connection per request in flight
	H2C   Protocol = "h2c"   // HTTP/2 without TLS: one connection, read by one loop
)

// Protocols returns every protocol, the default first.
func Protocols() []Protocol { return []Protocol{HTTP1, H2C} }

// ParseProtocol is the inverse of string(p).
func ParseProtocol(s string) (Protocol, error) { return oneof.Parse(s, Protocols()) }

// A Decoding says whether payloads are decoded.
type Decoding string

const (
	Decoded Decoding = "on"
	LeftOut Decoding = "off" // bodies are read and dropped, and nothing is checked
)

// Decodings returns both, the default first.
func Decodings() []Decoding { return []Decoding{Decoded, LeftOut} }

// ParseDecoding is the inverse of string(d).
func ParseDecoding(s string) (Decoding, error) { return oneof.Parse(s, Decodings()) }

// A Source is where bodies come from.
type Source string

const (
	Network Source = "network"
	Memory  Source = "memory" // fetched before the clock starts; no request is sent then
)

// Sources returns every source, the default first.
func Sources() []Source { return []Source{Network, Memory} }

// ParseSource is the inverse of string(s).
func ParseSource(s string) (Source, error) { return oneof.Parse(s, Sources()) }

// none is the spelling of a limit that does not limit, here as in the upstream's.
const none = "none"

const limitAllowed = "none, or a whole number from 1"

func parseLimit(s string) (int, error) {
	if s == none {
		return 0, nil
	}
	n, err := ParseCount(s)
	if err != nil {
		return 0, fmt.Errorf("%w, or none", err)
	}
	return n, nil
}

func formatLimit(n int) string {
	if n == 0 {
		return none
	}
	return strconv.Itoa(n)
}

func asText[T ~string](v T) string { return string(v) }

// ParseCount reads a whole number of at least one, as windows and the like are.
func ParseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxCount {
		return 0, fmt.Errorf("%q is not a whole number from 1 to %d", s, maxCount)
	}
	return n, nil
}

// maxCount bounds windows and responses: beyond it an op would not end.
const maxCount = 1_000_000

func parseProcs(s string) (int, error) {
	if s == "all" {
		return allowance.Here().Threads(), nil
	}
	n, err := ParseCount(s)
	if err != nil {
		return 0, fmt.Errorf("%w, or all", err)
	}
	return n, nil
}

// revision is the name of a version: a commit's, or a file's.
var revision = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// ParseRev takes what a version may be called in a cell's name.
func ParseRev(s string) (string, error) {
	if !revision.MatchString(s) || endsAsProcs.MatchString(s) || len(s) > maxWord {
		return "", fmt.Errorf("%q is not letters, digits and _.-, at most %d, not ending in -digits", s, maxWord)
	}
	return s, nil
}

// parseRev takes none too.
func parseRev(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	return ParseRev(s)
}

func parseAA(s string) (string, error) {
	if s != "" && s != "b" {
		return "", fmt.Errorf("%q is not b", s)
	}
	return s, nil
}
