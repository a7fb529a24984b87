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

// Kinds lists the kinds in table order.
func Kinds() []Kind { return []Kind{Records, Captured} }

// ParseKind accepts exactly the names that Kinds lists.
func ParseKind(s string) (Kind, error) { return oneof.Parse(s, Kinds()) }
