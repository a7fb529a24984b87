package bench

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/HdrHistogram/hdrhistogram-go"
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

// Histogram returns the responses' times in ns, from admission to collated.
func (d Detail) Histogram() (*hdrhistogram.Histogram, error) {
	h, err := hdrhistogram.Decode([]byte(d.Responses))
	if err != nil {
		return nil, fmt.Errorf("decode the histogram of responses: %w", err)
	}
	return h, nil
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
