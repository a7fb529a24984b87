// Package payload says what a response body is: made from a seed in a codec, an encoding and a
// size, or captured elsewhere; how it is decoded; and the digest that its decoded values have in
// any language.
//
//	spec := payload.Spec{Codec: payload.JSON, Encoding: payload.Zstd, Size: 64 * payload.KiB, Seed: 1}
//	body, err := payload.Build(spec)
//	if err != nil {
//		log.Fatal(err)
//	}
//	decoder, err := payload.NewDecoder(payload.Records, spec.Codec, spec.Encoding)
//	if err != nil {
//		log.Fatal(err)
//	}
//	value, err := decoder.Decode(body.Bytes)
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println(value.Len(), body.Records)
//	fmt.Println(value.Digest(), body.Digest)
//
// A made payload depends on its Spec alone. The package does not know how bodies travel, nor who
// decodes them: every decoder here runs wholly in its caller's goroutine, so that where decoding
// is placed stays the caller's choice.
package payload

import "collatebench/internal/oneof"

// A Kind says where a payload comes from, and so what it decodes to.
type Kind string

// The kinds.
const (
	Records  Kind = "records"  // made here; decodes to []*Record
	Captured Kind = "captured" // an API's own response; decodes to generic values
)

// Kinds lists the kinds in table order.
func Kinds() []Kind { return []Kind{Records, Captured} }

// ParseKind accepts exactly the names that Kinds lists.
func ParseKind(s string) (Kind, error) { return oneof.Parse(s, Kinds()) }
