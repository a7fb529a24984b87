package payload

import "fmt"

// Spec names one made payload, and nothing else decides what is in it.
type Spec struct {
	Codec    Codec
	Encoding Encoding
	// Size is of the codec's bytes, before they are compressed: so that a compressed payload and
	// a plain one are the same work to decode. From MinSize to MaxSize.
	Size Size
	Seed uint64
}

// Body is a payload as it travels, with what its decoded values must be.
type Body struct {
	Bytes   []byte
	Records int    // Value.Len
	Digest  Digest // Value.Digest
}

// Build makes the payload that s names. Its size is at most Size, and at least 99% of it.
func Build(s Spec) (Body, error) {
	if s.Size < MinSize || s.Size > MaxSize {
		return Body{}, fmt.Errorf("payload of %s: size not from %s to %s", s.Size, MinSize, MaxSize)
	}
	codec, err := findCodec(s.Codec)
	if err != nil {
		return Body{}, fmt.Errorf("payload: codec %w", err)
	}
	encoding, err := findEncoding(s.Encoding)
	if err != nil {
		return Body{}, fmt.Errorf("payload: encoding %w", err)
	}
	body := build(codec, newMaker(s.Seed), int(s.Size))
	if body.Bytes, err = encoding.compress(body.Bytes); err != nil {
		return Body{}, fmt.Errorf("payload of %s: %s: %w", s.Size, s.Encoding, err)
	}
	return body, nil
}

// lastRoom is in bytes: any record with a text of one byte takes less.
const lastRoom = 512

// build appends one record after the other and keeps none of them: otherwise a large body would
// need several times its size. The text of the last record fills the room that is left.
func build(c *codec, m *maker, size int) Body {
	b := make([]byte, 0, size+2*lastRoom)
	b = append(b, c.open...)
	var d digester
	for n := 1; ; n++ {
		r, start := m.next(), len(b)
		b = c.record(b, r)
		last := len(b)+len(c.sep)+lastRoom > size-c.tail
		if last {
			b = fit(b[:start], c, m, size-c.tail)
		}
		d.record(r)
		if last {
			return Body{Bytes: c.end(b, n), Records: n, Digest: d.sum()}
		}
		b = append(b, c.sep...)
	}
}

// fit appends the record that m made last, with a text so long that b then has size bytes, or a few
// less where the length of the text takes more bytes itself.
func fit(b []byte, c *codec, m *maker, size int) []byte {
	m.stretch(1)
	text := 1 + size - len(c.record(b, &m.made))
	for {
		m.stretch(text)
		grown := c.record(b, &m.made)
		if len(grown) <= size {
			return grown
		}
		text -= len(grown) - size
	}
}

// Capture makes a payload of a response that was captured elsewhere. raw is in the codec, without
// a content coding; it becomes part of the Body. The Body's figures come from decoding it once.
func Capture(raw []byte, c Codec, e Encoding) (Body, error) {
	if len(raw) > int(MaxSize) {
		return Body{}, fmt.Errorf("captured %s payload of %d bytes: more than %s", c, len(raw), MaxSize)
	}
	encoding, err := findEncoding(e)
	if err != nil {
		return Body{}, fmt.Errorf("captured payload: encoding %w", err)
	}
	d, err := NewDecoder(Captured, c, Identity)
	if err != nil {
		return Body{}, fmt.Errorf("captured payload: %w", err)
	}
	v, err := d.Decode(raw)
	if err != nil {
		return Body{}, fmt.Errorf("captured payload: %w", err)
	}
	body := Body{Records: v.Len(), Digest: v.Digest()}
	if body.Bytes, err = encoding.compress(raw); err != nil {
		return Body{}, fmt.Errorf("captured payload: %s: %w", e, err)
	}
	return body, nil
}
