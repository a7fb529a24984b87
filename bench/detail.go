package bench

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Range and digits of the histograms of responses.
const (
	shortestResponse = time.Microsecond
	longestResponse  = time.Hour
	responseDigits   = 3
)

// A Detail is what a sample's process tells beside its benchmark line.
type Detail struct {
	GOMAXPROCS int    `json:"gomaxprocs"` // as the process saw it
	Responses  string `json:"responses"`  // histogram of ns, HdrHistogram V2, compressed, base64
}

// NewDetail takes from a measurement what no benchmark line can hold.
func NewDetail(m Measurement) (Detail, error) {
	h, err := m.Responses.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return Detail{}, fmt.Errorf("encode the histogram of responses: %w", err)
	}
	return Detail{GOMAXPROCS: m.GOMAXPROCS, Responses: string(h)}, nil
}

// Histogram returns the responses' times in ns, from admission to collated. It is packed: that of
// one sample has some 60 of 23,000 counts, and a merged run 50,000 samples.
func (d Detail) Histogram() (*hdrhistogram.PackedHistogram, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	h, err := hdrhistogram.DecodePacked([]byte(d.Responses))
	if err != nil {
		return nil, fmt.Errorf("decode the histogram of responses: %w", err)
	}
	return h, nil
}

// Validate is an error for a histogram that is damaged, or of a wider range or of more digits than
// this package makes: 60 kB of text could take 60 MB. It is a tenth of the work of decoding one.
func (d Detail) Validate() error {
	if err := d.validate(); err != nil {
		return fmt.Errorf("decode the histogram of responses: %w", err)
	}
	return nil
}

// inflaters are kept, as one takes 44 kB. A sample is validated each time that it is read.
var inflaters sync.Pool

func inflater(packed io.Reader) (io.ReadCloser, error) {
	if z, ok := inflaters.Get().(io.ReadCloser); ok {
		return z, z.(zlib.Resetter).Reset(packed, nil)
	}
	return zlib.NewReader(packed)
}

// validate reads the header of the histogram, which says what is allocated for it, and then the
// counts, for their checksum.
func (d Detail) validate() error {
	const lead = 8 // bytes before the compressed part
	packed, err := base64.StdEncoding.DecodeString(d.Responses)
	if err != nil {
		return err
	}
	if len(packed) < lead {
		return fmt.Errorf("it has %d bytes", len(packed))
	}
	z, err := inflater(bytes.NewReader(packed[lead:]))
	if err != nil {
		return err
	}
	defer inflaters.Put(z)
	var header struct {
		Cookie, Length, Offset, Digits int32
		Lowest, Highest                int64
		Scale                          float64
	}
	if err := binary.Read(z, binary.BigEndian, &header); err != nil {
		return err
	}
	if header.Digits > responseDigits || header.Lowest < int64(shortestResponse) || header.Highest > int64(longestResponse) {
		return fmt.Errorf("it has %d digits from %d to %d ns; at most %d from %v to %v are read",
			header.Digits, header.Lowest, header.Highest, responseDigits, shortestResponse, longestResponse)
	}
	n, err := io.CopyN(io.Discard, z, int64(header.Length)+1)
	switch {
	case err == io.EOF && n == int64(header.Length):
		return nil // and its checksum is right
	case err == nil || err == io.EOF:
		return fmt.Errorf("its counts do not have the %d bytes that it says", header.Length)
	}
	return err
}

// Write puts the detail into a file.
func (d Detail) Write(path string) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o666)
}

// ReadDetail is the inverse of Write.
func ReadDetail(path string) (Detail, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Detail{}, err
	}
	var d Detail
	if err := json.Unmarshal(text, &d); err != nil {
		return Detail{}, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}
