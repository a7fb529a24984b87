package profiles

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/google/pprof/profile"

	"collatebench/internal/boundedfile"
	"collatebench/internal/wholefile"
)

var errIsTrace = errors.New("an execution trace, which go tool trace opens, and no pprof profile")

// Read reads a pprof profile from a regular file, within the bounds of Parse. Its error
// names the file.
func Read(path string) (*profile.Profile, error) {
	p, err := read(path)
	if err != nil {
		// The path is named once.
		if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		if rest, ok := strings.CutPrefix(err.Error(), path+": "); ok {
			err = errors.New(rest)
		}
		return nil, fmt.Errorf("read profile %s: %w", path, err)
	}
	return p, nil
}

func read(path string) (*profile.Profile, error) {
	data, err := boundedfile.Read(path, MaxBytes)
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// isTrace tells an execution trace by its header, "go 1.26 trace".
func isTrace(data []byte) bool {
	header := data[:min(len(data), 16)]
	return bytes.HasPrefix(header, []byte("go 1.")) && bytes.Contains(header, []byte(" trace"))
}

// Write writes a pprof profile, compressed; the file appears when it is whole.
func Write(path string, p *profile.Profile) error {
	var b bytes.Buffer
	err := p.Write(&b)
	if err == nil {
		err = wholefile.Write(path, b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	return nil
}
