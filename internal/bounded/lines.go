package bounded

import "bytes"

// Lines calls Each with every line that is written to it, without its end, up to Max
// bytes of it.
type Lines struct {
	Max  int // bytes
	Each func(line string)

	begun []byte
}

// Write never fails.
func (l *Lines) Write(text []byte) (int, error) {
	n := len(text)
	for {
		line, rest, ended := bytes.Cut(text, []byte("\n"))
		l.begun = append(l.begun, line[:min(len(line), max(0, l.Max-len(l.begun)))]...)
		if !ended {
			return n, nil
		}
		l.Each(string(l.begun))
		l.begun, text = l.begun[:0], rest
	}
}

// Close calls Each with a last line that has no end.
func (l *Lines) Close() {
	if len(l.begun) > 0 {
		l.Each(string(l.begun))
		l.begun = nil
	}
}
