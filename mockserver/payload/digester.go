package payload

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// digestBuffer is in bytes: many short updates of a CRC cost more than few long ones, and the
// buffer is to stay in the first-level cache.
const digestBuffer = 4 << 10

type member struct {
	key   string
	value any
}

// A digester appends the canonical form to a buffer, and updates the CRC when that is full.
type digester struct {
	crc     uint32
	form    []byte
	pairs   []pair
	members []member
}

func (d *digester) sum() Digest {
	d.flush()
	return Digest(d.crc)
}

func (d *digester) flush() {
	d.crc = crc32.Update(d.crc, crc32.IEEETable, d.form)
	d.form = d.form[:0]
}

func (d *digester) record(r *Record) {
	b := d.form
	if b == nil {
		b = make([]byte, 0, digestBuffer+digestBuffer/4)
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Id))
	b = binary.LittleEndian.AppendUint64(b, uint64(r.Created))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(r.Score))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(r.Price))
	b = canonicalString(b, r.Name)
	b = canonicalString(b, r.Text)
	b = canonicalCount(b, len(r.Tags))
	for _, t := range r.Tags {
		b = canonicalString(b, t)
	}
	b = canonicalCount(b, len(r.Attributes))
	d.pairs = sortedPairs(d.pairs[:0], r.Attributes)
	for i := range d.pairs {
		b = canonicalString(canonicalString(b, d.pairs[i].key), d.pairs[i].value)
	}
	if d.form = b; len(b) >= digestBuffer {
		d.flush()
	}
}

func canonicalCount(b []byte, n int) []byte { return binary.LittleEndian.AppendUint32(b, uint32(n)) }

func canonicalString(b []byte, s string) []byte { return append(canonicalCount(b, len(s)), s...) }

func (d *digester) generic(v any) {
	if len(d.form) >= digestBuffer {
		d.flush()
	}
	switch v := v.(type) {
	case nil:
		d.form = append(d.form, 'n')
	case bool:
		tag := byte('f')
		if v {
			tag = 't'
		}
		d.form = append(d.form, tag)
	case string:
		d.form = canonicalString(append(d.form, 's'), v)
	case []byte:
		d.form = canonicalString(append(d.form, 'b'), string(v))
	case []any:
		d.form = canonicalCount(append(d.form, 'a'), len(v))
		for _, e := range v {
			d.generic(e)
		}
	case map[string]any:
		d.object(v)
	default:
		d.number(v)
	}
}

func (d *digester) object(m map[string]any) {
	d.form = canonicalCount(append(d.form, 'o'), len(m))
	// The members of the objects around this one are in the same slice, before start.
	start := len(d.members)
	for k, v := range m {
		d.members = append(d.members, member{k, v})
	}
	slices.SortFunc(d.members[start:], func(a, b member) int { return strings.Compare(a.key, b.key) })
	for i := start; i < start+len(m); i++ {
		e := d.members[i]
		d.form = canonicalString(d.form, e.key)
		d.generic(e.value)
	}
	d.members = d.members[:start]
}

func (d *digester) number(v any) {
	var f float64
	switch v := v.(type) {
	case float64:
		f = v
	case int64:
		f = float64(v)
	case uint64:
		f = float64(v)
	case big.Int:
		f, _ = new(big.Float).SetInt(&v).Float64()
	case cbor.SimpleValue:
		f = float64(v)
	default:
		panic(fmt.Sprintf("digest: no codec decodes to %T", v))
	}
	bits := math.Float64bits(f)
	switch {
	case f == 0:
		bits = 0
	case f != f:
		bits = 0x7ff8000000000000
	}
	d.form = binary.LittleEndian.AppendUint64(append(d.form, 'd'), bits)
}
