package profiles

import (
	"cmp"
	"io"
	"os"
)

// A part is a file that gets its final name when it is whole. Until then its name
// ends in .part. The next part overwrites one that a killed process left.
type part struct {
	file *os.File
	path string
	err  error // the first error of Write, which the runtime's profilers ignore
}

func createPart(path string) (*part, error) {
	f, err := os.Create(path + ".part")
	if err != nil {
		return nil, err
	}
	return &part{file: f, path: path}, nil
}

func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.err = cmp.Or(p.err, err)
	return n, err
}

// commit gives the file its final name, unless a write failed.
func (p *part) commit() error {
	err := cmp.Or(p.err, p.file.Close())
	if err == nil {
		err = os.Rename(p.file.Name(), p.path)
	}
	if err != nil {
		_ = os.Remove(p.file.Name())
	}
	return err
}

func (p *part) discard() {
	_ = p.file.Close()
	_ = os.Remove(p.file.Name())
}

// writeWhole writes the file at path whole, or not at all.
func writeWhole(path string, write func(io.Writer) error) error {
	p, err := createPart(path)
	if err != nil {
		return err
	}
	if err := write(p); err != nil {
		p.discard()
		return err
	}
	return p.commit()
}
