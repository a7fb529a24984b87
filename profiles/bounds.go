package profiles

import (
	"fmt"

	"github.com/google/pprof/profile"
	"google.golang.org/protobuf/encoding/protowire"

	"collatebench/internal/boundedfile"
)

// Bounds of a profile, which may come from anybody. The CPU profile of a cell has 20 kB,
// 100 kB when it is inflated; that of a whole matrix, a few MB. A program of a thousand
// packages that ran for hours leaves heap profiles of some 10 MB inflated.
const (
	// MaxBytes bounds the file.
	MaxBytes = 16 << 20
	// maxInflated bounds what gzip makes of it, which can be 1000 times as much.
	maxInflated = 32 << 20
	// maxParsed bounds the memory that pprof's parser needs for it. A real stack with a
	// label takes 1 or 2 kB, so this is for some 60,000 of them; but four bytes that say
	// "an empty sample" take 200, and each page parses the profile anew.
	maxParsed = 128 << 20
	// maxFrames bounds the frames of all stacks, of which each page makes objects of its
	// own. Stacks share their frames: one byte can stand for a thousand. 2 million are
	// 40,000 stacks of 50.
	maxFrames = 2_000_000
	// maxNames bounds the characters of all names of functions, each as often as it has
	// dots: a flame graph has every tail of a name that begins after one. 10,000
	// functions of 60 characters and 5 dots have 3 million.
	maxNames = 32 << 20
)

// A tooLargeError is the kind of error of a profile that is above one of the bounds.
type tooLargeError struct {
	what       string
	have, most int64
}

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("it is too large to be shown: it has %d %s; at most %d are read", e.have, e.what, e.most)
}

// ParsedBytes estimates how much memory Parse takes for a profile: too much rather than
// too little. Its errors are those of Parse, as far as they show before parsing.
func ParsedBytes(data []byte) (int64, error) {
	text, err := inflate(data)
	if err != nil {
		return 0, err
	}
	return parsedSize(text) + 2*int64(len(text)), nil
}

// Parse parses a pprof profile, plain or compressed. One that would take too much memory
// is an error, before the memory is taken: hundreds of MB at most.
func Parse(data []byte) (*profile.Profile, error) {
	// Not profile.ParseData, which inflates without end, and tries formats of text that
	// no program in Go writes.
	text, err := inflate(data)
	if err != nil {
		return nil, err
	}
	p, err := profile.ParseUncompressed(text)
	if err != nil && len(text) > 0 {
		return nil, fmt.Errorf("unrecognized profile format: %w", err)
	}
	if err != nil {
		return nil, err
	}
	if err := p.CheckValid(); err != nil {
		return nil, fmt.Errorf("malformed profile: %w", err)
	}
	return p, checkPages(p)
}

// inflate returns the encoding of a profile, if it is within the bounds.
func inflate(data []byte) ([]byte, error) {
	if isTrace(data) {
		return nil, errIsTrace
	}
	text, err := boundedfile.Inflate(data, maxInflated)
	if err != nil {
		return nil, err
	}
	if need := parsedSize(text); need > maxParsed {
		return nil, &tooLargeError{"bytes once it is parsed", need, maxParsed}
	}
	return text, nil
}

// Bytes that pprof's parser allocates, at most.
const (
	messageSize = 208 // for a message: the largest is a sample, with its entry in a slice that grows
	numberSize  = 24  // for a number: it is in two lists
	labelSize   = 700 // for a label, which may be alone in its two maps
)

// Numbers of the fields of a profile, and of a sample, that are counted on their own.
const (
	fieldSample = 2
	fieldString = 6
	fieldLabel  = 3
)

// parsedSize estimates from the encoding how many bytes pprof's parser allocates for a
// profile: too many rather than too few. It ends where the encoding is broken, as the
// parser will.
func parsedSize(text []byte) int64 {
	size := int64(0)
	eachField(text, func(number protowire.Number, kind protowire.Type, field []byte) {
		switch {
		case kind != protowire.BytesType:
			size += numberSize
		case number == fieldString:
			size += 2*16 + int64(len(field))
		default:
			size += messageSize + numbers(field)*numberSize
		}
		if number == fieldSample && kind == protowire.BytesType {
			_, n := protowire.ConsumeVarint(field) // the length
			eachField(field[max(n, 0):], func(number protowire.Number, _ protowire.Type, _ []byte) {
				if number == fieldLabel {
					size += labelSize
				}
			})
		}
	})
	return size
}

// eachField calls each with every field of a message, whose bytes have their length
// before them.
func eachField(text []byte, each func(protowire.Number, protowire.Type, []byte)) {
	for len(text) > 0 {
		number, kind, n := protowire.ConsumeTag(text)
		if n < 0 {
			return
		}
		text = text[n:]
		if n = protowire.ConsumeFieldValue(number, kind, text); n < 0 {
			return
		}
		each(number, kind, text[:n])
		text = text[n:]
	}
}

// numbers counts the numbers in a message and in those within it: each ends with a byte
// below 0x80.
func numbers(field []byte) int64 {
	n := int64(0)
	for _, b := range field {
		if b < 0x80 {
			n++
		}
	}
	return n
}

// PageBytes estimates how much memory one of pprof's pages takes for a profile while it
// is made: each page has a copy of the profile, and objects for each frame.
func PageBytes(p *profile.Profile) int64 {
	const (
		floor   = 1 << 20 // the page without a profile
		copies  = 3
		frame   = 200
		perName = 2 // characters of names are also in the page
	)
	size := int64(len(p.Location)+len(p.Function)+len(p.Mapping)) * messageSize
	for _, s := range p.Sample {
		size += messageSize + int64(len(s.Location)+len(s.Value))*numberSize + int64(len(s.Label)+len(s.NumLabel))*labelSize
	}
	for _, l := range p.Location {
		size += int64(len(l.Line)) * messageSize
	}
	return floor + copies*size + frame*frames(p) + perName*names(p)
}

// checkPages returns an error for a profile whose pages would be too large.
func checkPages(p *profile.Profile) error {
	if n := frames(p); n > maxFrames {
		return &tooLargeError{"frames", n, maxFrames}
	}
	if n := names(p); n > maxNames {
		return &tooLargeError{"characters in names and their parts", n, maxNames}
	}
	return nil
}

func names(p *profile.Profile) int64 {
	n := int64(0)
	for _, f := range p.Function {
		n += tails(f.Name) + tails(f.Filename)
	}
	return n
}

func frames(p *profile.Profile) int64 {
	n := int64(0)
	for _, s := range p.Sample {
		for _, l := range s.Location {
			n += int64(max(len(l.Line), 1))
		}
	}
	return n
}

// tails counts the characters of a name and of all its parts from one of its
// separators to the end.
func tails(name string) int64 {
	n := int64(len(name))
	for i, c := range []byte(name) {
		if c == '.' || c == ':' || c == '/' {
			n += int64(len(name) - i)
		}
	}
	return n
}
