package payload

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"collatebench/internal/oneof"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// errTooLarge stops a body that would decode to more than any payload holds.
var errTooLarge = fmt.Errorf("longer than %s", MaxSize)

// An Encoding is what HTTP calls a content coding: how a body is compressed.
type Encoding string

// The encodings.
const (
	Identity Encoding = "identity" // not compressed
	Gzip     Encoding = "gzip"
	Zstd     Encoding = "zstd"
)

// An encoding is one row of the table.
type encoding struct {
	name     Encoding
	compress func(plain []byte) ([]byte, error)
	inflater func() inflater
}

var encodings = [...]encoding{
	{Identity, func(plain []byte) ([]byte, error) { return plain, nil }, func() inflater { return plainInflater{} }},
	{Gzip, compressGzip, func() inflater { return new(gzipInflater) }},
	{Zstd, compressZstd, func() inflater { return newZstdInflater() }},
}

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

func findEncoding(e Encoding) (*encoding, error) {
	name, err := ParseEncoding(string(e))
	if err != nil {
		return nil, err
	}
	for i := range encodings {
		if encodings[i].name == name {
			return &encodings[i], nil
		}
	}
	panic("unreachable: ParseEncoding reads the same table")
}

// An inflater undoes an encoding in the caller's goroutine. It serves one caller at a time.
type inflater interface {
	all(body []byte) ([]byte, error)
	open(r *bufio.Reader) (io.Reader, error)
	release() // forgets the body
}

type plainInflater struct{}

func (plainInflater) all(body []byte) ([]byte, error)         { return body, nil }
func (plainInflater) open(r *bufio.Reader) (io.Reader, error) { return r, nil }
func (plainInflater) release()                                {}

func compressGzip(plain []byte) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, len(plain)/3))
	w := gzip.NewWriter(b)
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

type gzipInflater struct {
	source bytes.Reader
	gzip.Reader
}

func (g *gzipInflater) all(body []byte) ([]byte, error) {
	g.source.Reset(body)
	if err := g.Reset(&g.source); err != nil {
		return nil, cut(err)
	}
	// The last four bytes are the length, modulo 2^32, of the last member: a hint.
	hint := int64(binary.LittleEndian.Uint32(body[len(body)-4:]))
	return readAll(&g.Reader, plausible(hint, len(body)))
}

func (g *gzipInflater) open(r *bufio.Reader) (io.Reader, error) {
	return &g.Reader, cut(g.Reset(r))
}

func (g *gzipInflater) release() { g.source.Reset(nil) }

// plausible bounds a length that n compressed bytes claim to inflate to. Made payloads shrink to
// a third, JSON seldom to less than a hundredth; a larger claim must prove itself by its bytes.
func plausible(claim int64, n int) int {
	return int(min(claim, 100*int64(n), int64(MaxSize)))
}

func compressZstd(plain []byte) ([]byte, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return w.EncodeAll(plain, make([]byte, 0, len(plain)/3)), w.Close()
}

// zstdWindow is the largest window that HTTP's zstd coding allows (RFC 9659). A hostile header
// can make an inflater allocate that much.
const zstdWindow = 8 << 20

type zstdInflater struct {
	source bytes.Reader
	*zstd.Decoder
}

func newZstdInflater() *zstdInflater {
	d, err := zstd.NewReader(nil,
		// With more than one, NewReader starts goroutines: decoding would leave the caller's, and
		// be limited to so many at a time. So each caller has a decoder of its own.
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(zstdWindow),
		zstd.WithDecoderMaxMemory(uint64(MaxSize)),
		zstd.WithDecodeAllCapLimit(true),
	)
	if err != nil {
		panic(err) // the options are those above
	}
	return &zstdInflater{Decoder: d}
}

func (z *zstdInflater) all(body []byte) ([]byte, error) {
	var h zstd.Header
	if err := h.Decode(body); err == nil && h.HasFCS {
		size := h.FrameContentSize
		if size > uint64(MaxSize) {
			return nil, errTooLarge
		}
		if size == uint64(plausible(int64(size), len(body))) {
			plain, err := z.DecodeAll(body, make([]byte, 0, size))
			if !errors.Is(err, zstd.ErrDecoderSizeExceeded) {
				return plain, err
			}
		}
	}
	// Its length is unknown or not credible, or there is more than one frame: read it as a stream.
	z.source.Reset(body)
	if err := z.Reset(&z.source); err != nil {
		return nil, err
	}
	return readAll(z.Decoder, plausible(4*int64(len(body)), len(body)))
}

func (z *zstdInflater) open(r *bufio.Reader) (io.Reader, error) {
	return z.Decoder, z.Reset(r)
}

func (z *zstdInflater) release() {
	z.source.Reset(nil)
	z.Reset(nil)
}
