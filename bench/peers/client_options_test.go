package peers_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"collatebench/bench"
	"collatebench/mockserver/payload"
)

// tame is what the good client says of itself.
const tame = `{"client": "tame", "runtime": "go", "more": "than is asked for",
 "codecs": [{"name": "json", "library": "encoding/json"}, {"name": "sonic", "library": "bytedance/sonic"}],
 "placements": [
  {"name": "inline", "order": "completion", "about": "one goroutine reads and decodes"},
  {"name": "request", "order": "completion", "about": "each request's own goroutine decodes"},
  {"name": "ordered", "order": "request", "about": "the same, collated in order"}]}
`

// options are what the client is asked to do; text, where it is set, is all
// that it has to say.
type options struct {
	upstream       string
	cell           cell
	responses, ops int
	results        bool
	text           string
}

type cell struct {
	name      string
	codec     payload.Codec
	placement bench.Placement
	ordered   bool
	window    int
	size      payload.Size
	workers   int
}

func parseOptions(args []string, defect string) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("tame", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.upstream, "upstream", "", "")
	fs.StringVar(&o.cell.name, "cell", "", "")
	fs.BoolVar(&o.results, "results", false, "")
	list := fs.Bool("list", false, "")
	fs.Func("responses", "", count(&o.responses))
	fs.Func("ops", "", count(&o.ops))
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp) && defect != "no help":
		o.text = "tame --upstream URL --cell NAME --responses N --ops N [--results]\n"
		return o, nil
	case err != nil:
		return nil, err
	case *list && defect == "another listing":
		o.text = strings.Replace(tame, "encoding/json", "", 1)
		return o, nil
	case *list && defect != "none": // one codec will do
		o.text = tame[:strings.Index(tame, `, {"name": "sonic"`)] + tame[strings.Index(tame, `],`):]
		return o, nil
	case *list:
		o.text = tame
		return o, nil
	case o.upstream == "" || o.cell.name == "":
		return nil, errors.New("--upstream and --cell are needed")
	}
	o.upstream = strings.TrimSuffix(o.upstream, "/")
	err := o.cell.parse(defect)
	if err != nil {
		err = fmt.Errorf("--cell %q: %w", o.cell.name, err)
	}
	return o, err
}

// count reads a whole number from 1 to 1000000.
func count(n *int) func(string) error {
	return func(s string) (err error) {
		if *n, err = strconv.Atoi(s); err != nil || *n < 1 || *n > 1000000 {
			return errors.New("not from 1 to 1000000")
		}
		return nil
	}
}

var workers = regexp.MustCompile(`-([0-9]+)$`)

func (c *cell) parse(defect string) error {
	name := c.name
	c.workers = 1
	if m := workers.FindStringSubmatch(name); m != nil {
		c.workers, _ = strconv.Atoi(m[1])
		name = strings.TrimSuffix(name, m[0])
	}
	seen := map[string]bool{}
	for e := range strings.SplitSeq(name, "/") {
		key, value, _ := strings.Cut(e, "=")
		if seen[key] {
			return fmt.Errorf("%s is there twice", key)
		}
		seen[key] = true
		if err := c.set(key, value); err != nil && !(defect == "any dimension" && errors.Is(err, errDimension)) {
			return fmt.Errorf("%s: %q: %w", key, value, err)
		}
	}
	for _, key := range []string{"codec", "placement", "window", "size"} {
		if !seen[key] {
			return fmt.Errorf("no %s", key)
		}
	}
	return nil
}

var errDimension = errors.New("not a dimension; they are codec, placement, window, size")

func (c *cell) set(key, value string) (err error) {
	switch key {
	case "codec":
		if c.codec = payload.Codec(value); c.codec != payload.JSON && c.codec != payload.Sonic {
			err = errors.New("not json or sonic")
		}
	case "placement":
		c.placement, c.ordered = bench.Placement(value), value == "ordered"
		if !slices.Contains([]string{"inline", "request", "ordered"}, value) {
			err = errors.New("not inline, request or ordered")
		}
		if c.ordered {
			c.placement = bench.Request
		}
	case "window":
		err = count(&c.window)(value)
	case "size":
		c.size, err = payload.ParseSize(value)
	default:
		err = errDimension
	}
	return err
}
