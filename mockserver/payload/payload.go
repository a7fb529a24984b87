// Package payload says what a response body is: made from a seed in a codec, an encoding and a
// size, or captured elsewhere; how it is decoded; and the digest that its decoded values have in
// any language. A made payload depends on its Spec alone.
//
// It does not know how bodies travel, nor who decodes them: every decoder here runs wholly in
// its caller's goroutine, so that where decoding is placed stays the caller's choice.
package payload

import "collatebench/internal/oneof"

// A Kind says where a payload comes from, and so what it decodes to.
type Kind string

// The kinds.
const (
	Records  Kind = "records"  // made here; decodes to []*Record
	Captured Kind = "captured" // an API's own response; decodes to generic values
)

// A Codec is a way to encode values, and the library that decodes them.
type Codec string

// The codecs.
const (
	JSON  Codec = "json"  // decoded by encoding/json
	Sonic Codec = "sonic" // the same bytes as JSON, decoded by bytedance/sonic
	Proto Codec = "proto" // the message Page of record.proto
	CBOR  Codec = "cbor"  // RFC 8949
)

// An Encoding is what HTTP calls a content coding: how a body is compressed.
type Encoding string

// The encodings.
const (
	Identity Encoding = "identity" // not compressed
	Gzip     Encoding = "gzip"
	Zstd     Encoding = "zstd"
)

// Kinds lists the kinds in table order.
func Kinds() []Kind { return []Kind{Records, Captured} }

// ParseKind accepts exactly the names that Kinds lists.
func ParseKind(s string) (Kind, error) { return oneof.Parse(s, Kinds()) }

// Codecs lists the codecs in table order.
func Codecs() []Codec {
	names := make([]Codec, len(codecs))
	for i := range codecs {
		names[i] = codecs[i].name
	}
	return names
}

// ParseCodec accepts exactly the names that Codecs lists.
func ParseCodec(s string) (Codec, error) { return oneof.Parse(s, Codecs()) }

// Encodings lists the encodings in table order.
func Encodings() []Encoding {
	names := make([]Encoding, len(encodings))
	for i := range encodings {
		names[i] = encodings[i].name
	}
	return names
}

// ParseEncoding accepts exactly the names that Encodings lists.
func ParseEncoding(s string) (Encoding, error) { return oneof.Parse(s, Encodings()) }
