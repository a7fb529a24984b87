package payload

import (
	"bufio"
	"io"
	"unsafe"

	"github.com/bytedance/sonic"
	"github.com/go-json-experiment/json/jsontext"
)

// Strings are validated, as encoding/json does: otherwise sonic lets raw control characters in.
var sonicAPI = sonic.Config{ValidateString: true}.Froze()

func decodeSonic[T any](body []byte) (T, error) {
	var v T
	// Unmarshal would copy the body first. A decoded body is not written to any more, and its
	// value may refer to it.
	err := sonicAPI.UnmarshalFromString(unsafe.String(unsafe.SliceData(body), len(body)), &v)
	return v, err
}

// streamSonic has jsontext find each element's end, and sonic decode it: sonic's own stream
// decoder reads a whole top-level value before it decodes any. In fields that a Record does not
// have, jsontext refuses escapes that sonic skips.
func streamSonic[T any](r *bufio.Reader) ([]T, error) {
	// Sonic checks these.
	d := jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if t, err := d.ReadToken(); err != nil {
		return nil, cut(err)
	} else if t.Kind() != '[' {
		return nil, errNoArray
	}
	all := []T{}
	for d.PeekKind() != ']' {
		element, err := d.ReadValue()
		if err != nil {
			return nil, cut(err)
		}
		var v T
		// A copy: the element's bytes are gone at the next read.
		if err := sonicAPI.UnmarshalFromString(string(element), &v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, cut(err)
	}
	if _, err := d.ReadToken(); err == nil {
		return nil, errTrailing
	} else if err != io.EOF {
		return nil, err
	}
	return all, nil
}

func genericStreamSonic(r *bufio.Reader) (any, error) {
	return arrayOrWhole(r, streamSonic[any], decodeSonic[any])
}
