package payload

import (
	"fmt"
	"strconv"
)

// Digest is the CRC-32 (IEEE 802.3, as in zlib, gzip and PNG) of the canonical form of decoded
// values. The canonical form can be made in any language, and depends neither on the codec nor
// on the order of a map. It is a sequence of bytes, in which
//
//   - int64 and double are eight bytes, least significant first: the two's complement, and the
//     bits of IEEE 754;
//   - count is a number in four bytes, least significant first;
//   - string is a count of bytes and then the bytes, in UTF-8.
//
// That of Records is the records one after the other, with nothing before, between or behind
// them. A record is its fields in the order of record.proto:
//
//	int64  id
//	int64  created
//	double score
//	double price
//	string name
//	string text
//	count  of tags, and each of them a string, in the order they have
//	count  of attributes, and each of them its key, a string, and its value, a string;
//	       keys ascend bytewise
//
// That of a Generic value is a tag, one byte, and what the tag says:
//
//	'n'  null, also CBOR's undefined: nothing more
//	'f'  false: nothing more
//	't'  true: nothing more
//	'd'  number: a double, whatever it was; the nearest one to an integer that none equals;
//	     both zeros are 0.0, and every NaN is 0x7ff8000000000000
//	's'  text: a string
//	'b'  CBOR's byte string: a string
//	'a'  array: the count of its elements, and each of them, a value with its own tag
//	'o'  object: the count of its members, and each of them its key, a string without a tag,
//	     and its value, with one; keys ascend bytewise
//
// A CBOR tag is left out, and what it encloses stands for itself; but a time (tags 0 and 1) is
// text as in RFC 3339, with as many digits of the second as it needs, and a bignum (tags 2 and 3)
// is a number. A CBOR simple value is a number.
//
// The digest of no records is 0.
type Digest uint32

// String gives eight lower-case hexadecimal digits.
func (d Digest) String() string { return fmt.Sprintf("%08x", uint32(d)) }

// ParseDigest accepts exactly what String writes.
func ParseDigest(s string) (Digest, error) {
	n, err := strconv.ParseUint(s, 16, 32)
	if d := Digest(n); err == nil && d.String() == s {
		return d, nil
	}
	return 0, fmt.Errorf("digest %q: not eight lower-case hexadecimal digits", s)
}

// Digest is that of Records or, if they are nil, of Generic.
func (v Value) Digest() Digest {
	var d digester
	if v.Records == nil {
		d.generic(v.Generic)
		return d.sum()
	}
	for _, r := range v.Records {
		d.record(r)
	}
	return d.sum()
}
