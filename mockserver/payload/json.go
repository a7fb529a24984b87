package payload

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

var errNoArray = errors.New("not an array of records")

// appendJSON appends r as json.Marshal would write it, HTML not escaped. It allocates nothing:
// a body of 256 MiB would leave as much garbage again.
func appendJSON(b []byte, r *Record) []byte {
	b = strconv.AppendInt(append(b, `{"id":`...), r.Id, 10)
	b = strconv.AppendInt(append(b, `,"created":`...), r.Created, 10)
	b = strconv.AppendFloat(append(b, `,"score":`...), r.Score, 'f', -1, 64)
	b = strconv.AppendFloat(append(b, `,"price":`...), r.Price, 'f', -1, 64)
	b = appendQuoted(append(b, `,"name":`...), r.Name)
	b = appendQuoted(append(b, `,"text":`...), r.Text)
	b = append(b, `,"tags":`...)
	before := byte('[')
	for _, tag := range r.Tags {
		b = appendQuoted(append(b, before), tag)
		before = ','
	}
	b = append(b, `],"attributes":`...)
	before = '{'
	var room [maxAttributes]pair
	for _, p := range sortedPairs(room[:0], r.Attributes) {
		b = appendQuoted(append(b, before), p.key)
		b = appendQuoted(append(b, ':'), p.value)
		before = ','
	}
	return append(b, "}}"...)
}

func endJSON(b []byte, _ int) []byte { return append(b, ']') }

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[done:i]...)
		done = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = fmt.Appendf(b, `\u%04x`, c)
		}
	}
	return append(append(b, s[done:]...), '"')
}

func decodeJSON[T any](body []byte) (T, error) {
	var v T
	err := json.Unmarshal(body, &v)
	return v, err
}

// streamJSON decodes the elements of a top-level array one after the other. Decoder.Decode of the
// whole array would read all of it before decoding any.
func streamJSON[T any](r *bufio.Reader) ([]T, error) {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil {
		return nil, cut(err)
	} else if t != json.Delim('[') {
		return nil, errNoArray
	}
	all := []T{}
	for d.More() {
		var v T
		if err := d.Decode(&v); err != nil {
			return nil, cut(err)
		}
		all = append(all, v)
	}
	// Two more: the bracket, and the end.
	if _, err := d.Token(); err != nil {
		return nil, cut(err)
	}
	if _, err := d.Token(); err == nil {
		return nil, errTrailing
	} else if err != io.EOF {
		return nil, err
	}
	return all, nil
}

func genericStreamJSON(r *bufio.Reader) (any, error) {
	return arrayOrWhole(r, streamJSON[any], decodeJSON[any])
}

// arrayOrWhole streams a top-level array, and reads anything else whole first.
func arrayOrWhole(r *bufio.Reader, array func(*bufio.Reader) ([]any, error),
	whole func([]byte) (any, error)) (any, error) {
	first, err := peekJSON(r)
	if err != nil {
		return nil, cut(err)
	}
	if first == '[' {
		return boxed(array(r))
	}
	body, err := readAll(r, r.Size())
	if err != nil {
		return nil, err
	}
	return whole(body)
}

// boxed keeps the nil slice that comes with an error from becoming a value.
func boxed(all []any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return all, nil
}

// peekJSON gives the first byte that is no white space.
func peekJSON(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.Peek(1)
		if err != nil {
			return 0, err
		}
		switch b[0] {
		case ' ', '\t', '\r', '\n':
			r.Discard(1)
		default:
			return b[0], nil
		}
	}
}
