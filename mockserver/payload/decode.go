package payload

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Value is a decoded payload: its Records or, where it was decoded without a schema, its Generic
// form. Only one of the two is set.
type Value struct {
	Records []*Record // none is nil
	Generic any       // nil, bool, float64, string, []any or map[string]any; CBOR has more
}

// Len is the number of records; of a generic value, that of a top-level array's elements, 1 for
// anything else, and 0 for null.
func (v Value) Len() int {
	switch g := v.Generic.(type) {
	case nil:
		return len(v.Records)
	case []any:
		return len(g)
	default:
		return 1
	}
}

// A Decoder decodes bodies of one kind, codec and encoding. It is safe for concurrent use, and
// works wholly in the goroutine that calls it. Copies share the buffers that it keeps for reuse.
// Its zero value decodes nothing.
type Decoder struct {
	codec   *codec
	generic bool
	pipes   *sync.Pool // of *pipe
}

// NewDecoder makes a decoder. A captured payload is decoded without a schema, except in the codec
// proto, which needs one: it must be a Page of record.proto.
func NewDecoder(k Kind, c Codec, e Encoding) (Decoder, error) {
	kind, err := ParseKind(string(k))
	if err != nil {
		return Decoder{}, fmt.Errorf("decoder: kind %w", err)
	}
	codec, err := findCodec(c)
	if err != nil {
		return Decoder{}, fmt.Errorf("decoder: codec %w", err)
	}
	encoding, err := findEncoding(e)
	if err != nil {
		return Decoder{}, fmt.Errorf("decoder: encoding %w", err)
	}
	return Decoder{
		codec:   codec,
		generic: kind == Captured && codec.generic != nil,
		pipes:   &sync.Pool{New: func() any { return &pipe{inflater: encoding.inflater()} }},
	}, nil
}

var errZeroDecoder = errors.New("decode: a Decoder comes from NewDecoder")

// Decode decodes a whole body. The Value may refer to the body, so nobody may write to it again.
// A body that is not exactly one payload, be it cut short or with bytes left over, is an error.
func (d Decoder) Decode(body []byte) (Value, error) {
	if d.codec == nil {
		return Value{}, errZeroDecoder
	}
	p := d.pipes.Get().(*pipe)
	plain, err := p.all(body)
	p.release()
	d.pipes.Put(p)
	var v Value
	if err == nil {
		v, err = decodeWith(d, plain, d.codec.decode, d.codec.generic)
	}
	if err != nil {
		return Value{}, fmt.Errorf("decode %s body of %d bytes: %w", d.codec.name, len(body), err)
	}
	return v, nil
}

// DecodeStream decodes a body while it arrives: it inflates as it reads, and decodes each element
// of a top-level array once it is there, so it holds little more than one in encoded form. A body
// whose top level is something else is read whole first. The end of r is the end of the body, and
// an error of r is returned, wrapped. The Value refers to no buffer.
func (d Decoder) DecodeStream(r io.Reader) (Value, error) {
	if d.codec == nil {
		return Value{}, errZeroDecoder
	}
	p := d.pipes.Get().(*pipe)
	plain, err := p.open(r)
	var v Value
	if err == nil {
		v, err = decodeWith(d, plain, d.codec.stream, d.codec.genericStream)
	}
	p.close()
	d.pipes.Put(p)
	if err != nil {
		return Value{}, fmt.Errorf("decode %s stream: %w", d.codec.name, err)
	}
	return v, nil
}

func decodeWith[T any](d Decoder, plain T, records func(T) ([]*Record, error),
	generic func(T) (any, error)) (v Value, err error) {
	if d.generic {
		v.Generic, err = generic(plain)
		return v, err
	}
	v.Records, err = records(plain)
	switch {
	case err != nil:
		return v, err
	case v.Records == nil: // null, to more than one library
		return v, errNoArray
	}
	if i := slices.Index(v.Records, nil); i >= 0 {
		return v, fmt.Errorf("record %d is null", i)
	}
	return v, nil
}
