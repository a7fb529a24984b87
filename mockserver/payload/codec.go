package payload

import (
	"bufio"

	"collatebench/internal/oneof"
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

// A codec is one row of the table: all that is particular to a Codec.
type codec struct {
	name  Codec
	about string // for a help text, what the name leaves open; "" where that is nothing
	*layout

	decode func(body []byte) ([]*Record, error)
	stream func(r *bufio.Reader) ([]*Record, error)

	// Without a schema; nil where the codec can't be read so.
	generic       func(body []byte) (any, error)
	genericStream func(r *bufio.Reader) (any, error)
}

// A layout is how a body's bytes are laid out. Two codecs with the same one differ in the library
// that decodes, and share bodies.
type layout struct {
	mediaType string
	// A body is open, the records with sep between them, and what end appends: at most tail
	// bytes. end may also complete the head, with the number of records.
	open, sep string
	tail      int
	record    func(b []byte, r *Record) []byte
	end       func(b []byte, records int) []byte
}

var jsonLayout = layout{mediaType: "application/json", open: "[", sep: ",", tail: 1, record: appendJSON, end: endJSON}

var codecs = [...]codec{
	{
		name: JSON, layout: &jsonLayout,
		decode: decodeJSON[[]*Record], stream: streamJSON[*Record],
		generic: decodeJSON[any], genericStream: genericStreamJSON,
	},
	{
		name: Sonic, about: "json decoded by bytedance/sonic", layout: &jsonLayout,
		decode: decodeSonic[[]*Record], stream: streamSonic[*Record],
		generic: decodeSonic[any], genericStream: genericStreamSonic,
	},
	{
		name: Proto, layout: &layout{mediaType: "application/x-protobuf", tail: 6, record: appendProto, end: endProto},
		decode: decodeProto, stream: streamProto,
	},
	{
		name: CBOR, layout: &layout{mediaType: "application/cbor", open: cborHead, record: appendCBOR, end: endCBOR},
		decode: decodeCBOR[[]*Record], stream: streamCBOR[*Record],
		generic: decodeCBOR[any], genericStream: genericStreamCBOR,
	},
}

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

// About says, for a help text, what the name leaves open; "" where that is nothing.
func (c Codec) About() string { return c.row().about }

// MediaType is that of the codec's bodies, as in Content-Type.
func (c Codec) MediaType() string { return c.row().mediaType }

// Bodies is the first codec in the table that has the same bodies: JSON for Sonic, and for most
// the codec itself.
func (c Codec) Bodies() Codec {
	mine := c.row().layout
	for _, other := range codecs {
		if other.layout == mine {
			return other.name
		}
	}
	return c
}

// row is an empty one for what ParseCodec refuses.
func (c Codec) row() *codec {
	if row, err := findCodec(c); err == nil {
		return row
	}
	return &codec{layout: &layout{}}
}

func findCodec(c Codec) (*codec, error) {
	name, err := ParseCodec(string(c))
	if err != nil {
		return nil, err
	}
	for i := range codecs {
		if codecs[i].name == name {
			return &codecs[i], nil
		}
	}
	panic("unreachable: ParseCodec reads the same table")
}
