package payload

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// protoc has to be installed; its plugin is built at the version in go.mod. The paths are those
// of the module's root: protobuf registers a file under its path, and refuses the same path twice.
//go:generate go build -o protoc-gen-go.tmp google.golang.org/protobuf/cmd/protoc-gen-go
//go:generate protoc -I ../.. --plugin=protoc-gen-go=protoc-gen-go.tmp --go_out=../.. --go_opt=paths=source_relative mockserver/payload/record.proto
//go:generate rm protoc-gen-go.tmp

// The field numbers of Page and Record in record.proto.
const (
	pageRecords protowire.Number = 1
	pageTotal   protowire.Number = 2
)

const (
	recordID protowire.Number = 1 + iota
	recordCreated
	recordScore
	recordPrice
	recordName
	recordText
	recordTags
	recordAttributes
)

var (
	errNoTotal      = errors.New("page without its total: cut short?")
	errUnknownField = errors.New("a field that Page does not have")
)

// appendProto appends r as one element of a Page. proto.Marshal writes the same, with garbage
// for each map that is to be in order.
func appendProto(b []byte, r *Record) []byte {
	b = protowire.AppendTag(b, pageRecords, protowire.BytesType)
	// Two bytes hold a length of up to 16383. A record is a tenth of that, also when its text
	// is stretched.
	start := len(b)
	b = append(b, 0, 0)
	b = appendVarint(b, recordID, uint64(r.Id))
	b = appendVarint(b, recordCreated, uint64(r.Created))
	b = appendDouble(b, recordScore, r.Score)
	b = appendDouble(b, recordPrice, r.Price)
	b = appendField(b, recordName, r.Name)
	b = appendField(b, recordText, r.Text)
	for _, tag := range r.Tags {
		b = appendField(b, recordTags, tag)
	}
	var room [maxAttributes]pair
	for _, p := range sortedPairs(room[:0], r.Attributes) {
		b = protowire.AppendTag(b, recordAttributes, protowire.BytesType)
		b = protowire.AppendVarint(b, uint64(fieldSize(p.key)+fieldSize(p.value)))
		b = appendField(appendField(b, 1, p.key), 2, p.value)
	}
	n := len(b) - start - 2
	b[start], b[start+1] = byte(n)|0x80, byte(n>>7)
	return b
}

func appendVarint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func appendDouble(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

func appendField(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

// fieldSize is what appendField adds for a field number below 16.
func fieldSize(s string) int { return 1 + protowire.SizeBytes(len(s)) }

func endProto(b []byte, records int) []byte { return appendVarint(b, pageTotal, uint64(records)) }

func decodeProto(body []byte) ([]*Record, error) {
	var p Page
	if err := proto.Unmarshal(body, &p); err != nil {
		return nil, err
	}
	// Any field is kept when it is unknown, so garbage behind the page would pass.
	if len(p.ProtoReflect().GetUnknown()) > 0 {
		return nil, errUnknownField
	}
	if p.Records == nil {
		p.Records = []*Record{}
	}
	return p.Records, checkTotal(p.Total, len(p.Records))
}

func checkTotal(total *uint32, records int) error {
	switch {
	case total == nil:
		return errNoTotal
	case int(*total) != records:
		return fmt.Errorf("page of %d records says it has %d", records, *total)
	}
	return nil
}

// streamProto reads a Page field by field.
func streamProto(r *bufio.Reader) ([]*Record, error) {
	all := []*Record{}
	var (
		total   *uint32
		scratch []byte
	)
	for {
		tag, err := binary.ReadUvarint(r)
		if err == io.EOF {
			return all, checkTotal(total, len(all))
		}
		if err != nil {
			return nil, err
		}
		v, err := binary.ReadUvarint(r)
		if err != nil {
			return nil, cut(err)
		}
		switch tag {
		case protowire.EncodeTag(pageTotal, protowire.VarintType):
			n := uint32(v)
			total = &n
		case protowire.EncodeTag(pageRecords, protowire.BytesType):
			if scratch, err = readN(r, scratch, v); err != nil {
				return nil, err
			}
			record := new(Record)
			if err := proto.Unmarshal(scratch, record); err != nil {
				return nil, err
			}
			all = append(all, record)
		default:
			return nil, errUnknownField
		}
	}
}

// readN reads n bytes into b, which grows as they arrive: n itself may be a lie.
func readN(r io.Reader, b []byte, n uint64) ([]byte, error) {
	if n > uint64(MaxSize) {
		return nil, errTooLarge
	}
	const step = 64 << 10
	b = b[:0]
	for rest := int(n); rest > 0; {
		part := min(rest, max(step, len(b)))
		b = append(b, make([]byte, part)...)
		if _, err := io.ReadFull(r, b[len(b)-part:]); err != nil {
			return nil, cut(err)
		}
		rest -= part
	}
	return b, nil
}
