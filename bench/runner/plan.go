package runner

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"collatebench/bench"
	"collatebench/mockserver/payload"
	"collatebench/results"
)

// planner is that of the run: of one version of the benchmark, or of two.
func (o Options) planner() planner {
	if o.versions != nil {
		return planVersions
	}
	return plan
}

// plan returns the matrix's cells and the A/A controls.
func plan(o Options, bodies []results.BodyFile) ([]bench.Cell, error) {
	cells, err := matrixCells(o, bodies)
	if err != nil {
		return nil, err
	}
	if o.Precision > 0 && !slices.ContainsFunc(cells, func(c bench.Cell) bool { return c.Placement != cells[0].Placement }) {
		return nil, &OptionError{"precision", fmt.Sprintf("%g%%", 100*o.Precision), errors.New("bounds the ratios between placements, and there is one placement")}
	}
	return append(cells, controls(cells)...), nil
}

// matrixCells returns the matrix's cells. With captured bodies, the cells have that
// payload, and the mean size of the bodies.
func matrixCells(o Options, bodies []results.BodyFile) ([]bench.Cell, error) {
	cells, err := o.Matrix.Cells()
	if err != nil {
		return nil, err
	}
	if len(bodies) > 0 {
		if cells, err = captured(cells, o); err != nil {
			return nil, err
		}
	}
	for _, c := range cells {
		if err := possible(c, o); err != nil {
			return nil, err
		}
	}
	return cells, nil
}

// possible refuses a cell that its upstream would refuse.
func possible(c bench.Cell, o Options) error {
	if _, recorded := c.Upstream.Latency.Recorded(); recorded {
		return &OptionError{"latency", c.Upstream.Latency.String(), errors.New("is of collatebench mockserver --replay: here payloads have no recorded delays")}
	}
	switch made := c.Payload == payload.Records; {
	case c.Window > c.Responses:
		return &OptionError{"window", strconv.Itoa(c.Window), fmt.Errorf("an op of %d responses can't fill it; responses=%d can", c.Responses, c.Window)}
	case made && (c.Size < payload.MinSize || c.Size > payload.MaxSize):
		return &OptionError{"size", c.Size.String(), fmt.Errorf("made payloads have from %v to %v", payload.MinSize, payload.MaxSize)}
	case !made && len(o.Bodies) == 0 && o.Upstream == "":
		return &OptionError{"payload", string(c.Payload), errors.New("needs --body FILE, --replay RECORDING, or an --upstream that has captured bodies")}
	}
	return nil
}

// captured gives each cell the bodies' payload and mean size. Cells that differed
// only in these become one.
func captured(cells []bench.Cell, o Options) ([]bench.Cell, error) {
	if _, given := o.Matrix.Changed()["size"]; given {
		return nil, &OptionError{"size", o.Matrix.Get("size"), fmt.Errorf("has no effect with --%s: the size is that of the responses", o.bodiesFlag())}
	}
	mean, err := meanSize(o.Bodies, cells)
	if err != nil {
		return nil, err
	}
	var out []bench.Cell
	for _, c := range cells {
		c.Payload, c.Size = payload.Captured, mean
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out, nil
}

// codecs are those that are asked for; nil where that is left open.
func (o Options) codecs() ([]payload.Codec, error) {
	if _, given := o.Matrix.Changed()["codec"]; !given {
		return nil, nil
	}
	cells, err := o.Matrix.Cells()
	var out []payload.Codec
	for _, c := range cells {
		if !slices.Contains(out, c.Codec) {
			out = append(out, c.Codec)
		}
	}
	return out, err
}

func (o Options) bodiesFlag() string {
	if o.Replay != "" {
		return "replay"
	}
	return "body"
}

// meanSize reads each file the way the cells will decode it.
func meanSize(paths []string, cells []bench.Cell) (payload.Size, error) {
	total := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return 0, &OptionError{"body", path, err}
		}
		total += len(text)
		seen := map[payload.Codec]bool{}
		for _, c := range cells {
			if seen[c.Codec] {
				continue
			}
			seen[c.Codec] = true
			if _, err := payload.Capture(text, c.Codec, payload.Identity); err != nil {
				return 0, &OptionError{"body", path, err}
			}
		}
	}
	return payload.Size(total / len(paths)), nil
}

// controls returns the A/A controls, which are second samples of two cells: one of
// collector sets the noise floor, one of request tests it. Both have the largest
// window and GOMAXPROCS in the first block of the matrix. Another placement stands
// in for one that is missing. With a single placement there is one control, and
// nothing tests the floor.
func controls(cells []bench.Cell) []bench.Cell {
	first, second := controlCell(cells, bench.Collector), controlCell(cells, bench.Request)
	if first == second {
		second = controlCell(cells, otherPlacement(cells, first.Placement))
	}
	out := []bench.Cell{first, second}
	if first == second {
		out = out[:1]
	}
	for i := range out {
		out[i].AA = "b"
	}
	return out
}

// controlCell picks the cell of a placement with the largest window, and then the
// largest GOMAXPROCS. Where p is not in the matrix the first placement is taken.
func controlCell(cells []bench.Cell, p bench.Placement) bench.Cell {
	if !slices.ContainsFunc(cells, func(c bench.Cell) bool { return c.Placement == p }) {
		p = cells[0].Placement
	}
	var best bench.Cell
	for _, c := range cells {
		if c.Placement == p && (c.Window > best.Window || c.Window == best.Window && c.Procs > best.Procs) {
			best = c
		}
	}
	return best
}

func otherPlacement(cells []bench.Cell, p bench.Placement) bench.Placement {
	for _, c := range slices.Backward(cells) {
		if c.Placement != p {
			return c.Placement
		}
	}
	return p
}

// order shuffles a round's cells, the same way whenever it is asked for.
func (x *experiment) order(round, attempt int) []bench.Cell {
	r := rand.New(rand.NewPCG(x.Seed, uint64(round)<<8|uint64(attempt)))
	if x.clients != nil || x.versions != nil {
		return orderGroups(x.alike(), r)
	}
	out := slices.Clone(x.cells)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// describeBodies reads the captured files once, for their sizes and digests.
func describeBodies(paths []string) ([]results.BodyFile, error) {
	var out []results.BodyFile
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		text, err := os.ReadFile(abs)
		if err == nil && (len(text) < 1 || payload.Size(len(text)) > payload.MaxSize) {
			err = fmt.Errorf("%d bytes; a captured body has 1 to %d", len(text), payload.MaxSize)
		}
		if err != nil {
			return nil, &OptionError{"body", p, err}
		}
		out = append(out, results.BodyFile{Path: abs, Bytes: int64(len(text)), SHA256: fmt.Sprintf("%x", sha256.Sum256(text))})
	}
	return out, nil
}

func cellNames(cells []bench.Cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = c.Name()
	}
	return out
}
