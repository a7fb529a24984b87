package bench

import "collatebench/internal/oneof"

// An Order is the order in which results are gathered.
type Order string

const (
	Completion  Order = "completion" // as they are decoded
	RequestWise Order = "request"    // as they were asked for: a slow first one holds the rest back
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
