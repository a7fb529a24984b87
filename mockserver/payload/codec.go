package payload

import (
	"bufio"
	"errors"
	"io"
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
	name Codec

	// A body is open, the records with sep between them, and what end puts behind. That is at
	// most tail bytes; end may also mend the head, of which it is told the records' number.
	open, sep string
	tail      int
	record    func(b []byte, r *Record) []byte
	end       func(b []byte, records int) []byte

	decode func(body []byte) ([]*Record, error)
	stream func(r *bufio.Reader) ([]*Record, error)

	// Without a schema; nil where the codec can't be read so.
	generic       func(body []byte) (any, error)
	genericStream func(r *bufio.Reader) (any, error)
}

var codecs = [...]codec{
	{
		name: JSON, open: "[", sep: ",", tail: 1, record: appendJSON, end: endJSON,
		decode: decodeJSON[[]*Record], stream: streamJSON[*Record],
		generic: decodeJSON[any], genericStream: genericStreamJSON,
	},
	{
		name: Sonic, open: "[", sep: ",", tail: 1, record: appendJSON, end: endJSON,
		decode: decodeSonic[[]*Record], stream: streamSonic[*Record],
		generic: decodeSonic[any], genericStream: genericStreamSonic,
	},
	{
		name: Proto, tail: 6, record: appendProto, end: endProto,
		decode: decodeProto, stream: streamProto,
	},
	{
		name: CBOR, open: cborHead, record: appendCBOR, end: endCBOR,
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
func ParseCodec(s string) (Codec, error) { return oneOf(Codecs(), s) }

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

var errTrailing = errors.New("data after the end")

// cut makes the end of the input an error, for where more of it must come.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// atEnd is nil if r holds nothing more.
func atEnd(r io.Reader) error {
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return errTrailing
	case err == io.EOF:
		return nil
	default:
		return err
	}
}

// readAll reads r to its end, of which size is a guess, and no more than MaxSize. Unlike
// io.ReadAll it allocates once when the guess is right.
func readAll(r io.Reader, size int) ([]byte, error) {
	// The spare bytes are for the read that sees the end.
	b := make([]byte, 0, size+512)
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case len(b) > int(MaxSize):
			return nil, errTooLarge
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, err
		case len(b) == cap(b):
			b = append(make([]byte, 0, 2*cap(b)), b...)
		}
	}
}
