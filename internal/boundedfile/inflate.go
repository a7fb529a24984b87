package boundedfile

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// An InflatedError says that compressed bytes are more than the caller allows once they
// are inflated. How many they are is not known: the rest of them is not inflated.
type InflatedError struct {
	Compressed int64 // bytes
	Most       int64 // bytes, inflated
}

func (e *InflatedError) Error() string {
	return fmt.Sprintf("its %s are more than %s when they are inflated; that is the most that is read", sizeText(e.Compressed), sizeText(e.Most))
}

// Inflate inflates data of gzip to at most so many bytes. More is an [*InflatedError].
// It returns data that is not of gzip as it is, if it is not longer.
func Inflate(data []byte, most int64) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		if int64(len(data)) > most {
			return nil, &InflatedError{int64(len(data)), most}
		}
		return data, nil
	}
	// Twice, first to count: a buffer that grows takes several times what it holds.
	n, err := inflate(data, io.Discard, most)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(make([]byte, 0, n+bytes.MinRead))
	_, err = inflate(data, b, most)
	return b.Bytes(), err
}

func inflate(data []byte, w io.Writer, most int64) (int64, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, fmt.Errorf("inflate: %w", err)
	}
	n, err := io.Copy(w, io.LimitReader(z, most+1))
	switch {
	case n > most:
		return 0, &InflatedError{int64(len(data)), most}
	case err != nil:
		return 0, fmt.Errorf("inflate: %w", err)
	}
	return n, nil
}
