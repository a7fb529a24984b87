package payload

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"reflect"

	"github.com/fxamacker/cbor/v2"
)

// Major types (RFC 8949, section 3.1), and the two initial bytes that are used by themselves.
const (
	cborUint  = 0 << 5
	cborText  = 3 << 5
	cborArray = 4 << 5
	cborMap   = 5 << 5

	cborArray32 = cborArray | 26 // its length is in the next four bytes
	cborDouble  = 7<<5 | 27
)

// The array's head, with room for the number of records.
const cborHead = "\x9a\x00\x00\x00\x00"

// appendCBOR appends r as cbor.Marshal would write it: a map with text keys.
func appendCBOR(b []byte, r *Record) []byte {
	b = appendHead(b, cborMap, 8)
	b = appendHead(appendText(b, "id"), cborUint, uint64(r.Id))
	b = appendHead(appendText(b, "created"), cborUint, uint64(r.Created))
	b = appendFloat(appendText(b, "score"), r.Score)
	b = appendFloat(appendText(b, "price"), r.Price)
	b = appendText(appendText(b, "name"), r.Name)
	b = appendText(appendText(b, "text"), r.Text)
	b = appendHead(appendText(b, "tags"), cborArray, uint64(len(r.Tags)))
	for _, tag := range r.Tags {
		b = appendText(b, tag)
	}
	b = appendHead(appendText(b, "attributes"), cborMap, uint64(len(r.Attributes)))
	var room [maxAttributes]pair
	for _, p := range sortedPairs(room[:0], r.Attributes) {
		b = appendText(appendText(b, p.key), p.value)
	}
	return b
}

func endCBOR(b []byte, records int) []byte {
	binary.BigEndian.PutUint32(b[1:], uint32(records))
	return b
}

func appendHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	default:
		return binary.BigEndian.AppendUint64(append(b, major|27), n)
	}
}

func appendText(b []byte, s string) []byte {
	return append(appendHead(b, cborText, uint64(len(s))), s...)
}

func appendFloat(b []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, cborDouble), math.Float64bits(f))
}

// The library's limits are raised to what MaxSize can hold. It checks the whole input before it
// allocates, so that a count in a head costs nothing unless as many items follow.
const maxCBORItems = int(MaxSize)

var cborMode = mustMode(cbor.DecOptions{
	DefaultMapType:       reflect.TypeFor[map[string]any](),
	MaxArrayElements:     maxCBORItems,
	MaxMapPairs:          maxCBORItems,
	MaxNestedLevels:      256,
	TimeTagToAny:         cbor.TimeTagToRFC3339Nano,
	UnrecognizedTagToAny: cbor.UnrecognizedTagContentToAny,
})

func mustMode(o cbor.DecOptions) cbor.DecMode {
	m, err := o.DecMode()
	if err != nil {
		panic(err) // the options are those above
	}
	return m
}

func decodeCBOR[T any](body []byte) (T, error) {
	var v T
	err := cborMode.Unmarshal(body, &v)
	return v, err
}

// streamCBOR decodes the items of an array one after the other.
func streamCBOR[T any](r *bufio.Reader) ([]T, error) {
	if ok, err := itemByItem(r); err != nil {
		return nil, err
	} else if !ok {
		return wholeCBOR[[]T](r)
	}
	n, err := readArrayHead(r)
	if err != nil {
		return nil, cut(err)
	}
	d := cborMode.NewDecoder(r)
	all := []T{}
	for range n {
		var v T
		if err := d.Decode(&v); err != nil {
			return nil, cut(err)
		}
		all = append(all, v)
	}
	return all, atEnd(io.MultiReader(d.Buffered(), r))
}

func genericStreamCBOR(r *bufio.Reader) (any, error) {
	if ok, err := itemByItem(r); err != nil {
		return nil, err
	} else if !ok {
		return wholeCBOR[any](r)
	}
	return boxed(streamCBOR[any](r))
}

// itemByItem says whether an array of known length is next. One without ends in a mark between
// items, which the library can't be asked for; and a tag may be in front.
func itemByItem(r *bufio.Reader) (bool, error) {
	first, err := r.Peek(1)
	if err != nil {
		return false, cut(err)
	}
	return cborArray <= first[0] && first[0] <= cborArray|27, nil
}

func wholeCBOR[T any](r *bufio.Reader) (T, error) {
	body, err := readAll(r, r.Size())
	if err != nil {
		var none T
		return none, err
	}
	return decodeCBOR[T](body)
}

// readArrayHead gives the number of items.
func readArrayHead(r *bufio.Reader) (uint64, error) {
	first, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	info := first & 31
	if info < 24 {
		return uint64(info), nil
	}
	var b [8]byte
	width := 1 << (info - 24)
	if _, err := io.ReadFull(r, b[8-width:]); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(b[:]), nil
}
