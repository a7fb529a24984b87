package bench

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
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

// Histogram returns the responses' times in ns, from admission to collated. A histogram
// of a wider range or of more digits than this package makes is an error: 60 bytes of
// text could take 50 MB of counts.
func (d Detail) Histogram() (*hdrhistogram.Histogram, error) {
	err := checkGeometry(d.Responses)
	if err != nil {
		return nil, fmt.Errorf("decode the histogram of responses: %w", err)
	}
	h, err := hdrhistogram.Decode([]byte(d.Responses))
	if err != nil {
		return nil, fmt.Errorf("decode the histogram of responses: %w", err)
	}
	return h, nil
}

// checkGeometry reads the header of a histogram, which says what is allocated for it.
// It leaves any other damage to the decoder.
func checkGeometry(text string) error {
	const lead = 8 // bytes before the compressed part
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(packed) < lead {
		return err
	}
	z, err := zlib.NewReader(bytes.NewReader(packed[lead:]))
	if err != nil {
		return err
	}
	var header struct {
		Cookie, Length, Offset, Digits int32
		Lowest, Highest                int64
	}
	if err := binary.Read(z, binary.BigEndian, &header); err != nil {
		return err
	}
	if header.Digits > responseDigits || header.Lowest < int64(shortestResponse) || header.Highest > int64(longestResponse) {
		return fmt.Errorf("it has %d digits from %d to %d ns; at most %d from %v to %v are read",
			header.Digits, header.Lowest, header.Highest, responseDigits, shortestResponse, longestResponse)
	}
	return nil
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
