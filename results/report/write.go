package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"collatebench/internal/wholefile"
	"collatebench/results"
)

// WritePNG writes the main pictures of a run into a folder, and returns their paths.
// It makes the folder if it is missing. It leaves out pictures for which the run has
// no data. A file gets its name only when it is whole.
func WritePNG(run *results.Run, dir string) ([]string, error) {
	d, err := readDocument(run)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	var out []string
	for _, p := range d.pictures() {
		path := filepath.Join(dir, p.Name+".png")
		for n := 2; slices.Contains(out, path); n++ { // two titles may give the same file name
			path = filepath.Join(dir, fmt.Sprintf("%s-%d.png", p.Name, n))
		}
		var b bytes.Buffer
		if err := p.Scene.PNG(&b); err != nil {
			return out, fmt.Errorf("draw %s: %w", p.Name, err)
		}
		if err := wholefile.Write(path, b.Bytes()); err != nil {
			return out, err
		}
		out = append(out, path)
	}
	return out, nil
}

// pictures are all pictures of a report, in its order.
func (d document) pictures() []picture {
	if d.own() {
		return nil
	}
	var out []picture
	for _, some := range [][]picture{d.clients(), d.throughput(), d.lanes(), d.heat(), d.stages(), d.schedLatency()} {
		for _, p := range some {
			if p.Missing == "" {
				out = append(out, p)
			}
		}
	}
	return out
}
