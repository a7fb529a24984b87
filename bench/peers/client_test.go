package peers_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/mockserver/payload"
)

// A goClient is a client that keeps the contract, over package bench, but for
// the one defect that it is told to have.
type goClient struct {
	*options
	defect string
	next   int // the id of the collation's first request
	out    *bufio.Writer
	probe  bench.Probe
	http   *http.Client
	decode payload.Decoder
}

// beClient is this binary as that client.
func beClient(defect string, args []string) int {
	c := &goClient{defect: defect, out: bufio.NewWriter(os.Stdout)}
	o, err := parseOptions(args, defect)
	if err == nil && o.text != "" {
		fmt.Print(o.text)
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tame:", err)
		if c.has("exit 2 on bad input") {
			return 2
		}
		return 1
	}
	if c.has("hangs") {
		time.Sleep(time.Hour)
	}
	c.options = o
	err = c.run()
	c.out.Flush()
	if err == nil {
		return 0
	}
	return c.fail(err)
}

func (c *goClient) has(defect string) bool { return c.defect == defect }

func (c *goClient) fail(err error) int {
	fmt.Fprintln(os.Stderr, "tame:", strings.Join(strings.Fields(err.Error()), " "))
	switch c.defect {
	case "two lines of stderr":
		fmt.Fprintln(os.Stderr, "goroutine 1 [running]:")
	case "a benchmark line on an error":
		fmt.Printf("BenchmarkCollate/%s 1 1 ns/op\n", c.cell.name)
	case "exit 0 on an error":
		return 0
	}
	return 1
}

func (c *goClient) run() (err error) {
	codec := c.cell.codec
	if c.cell.size >= payload.MiB { // rule place alone; encoding/json would take an eighth of all tests' time for it
		codec = payload.Sonic
	}
	if c.decode, err = payload.NewDecoder(payload.Records, codec, payload.Identity); err != nil {
		return err
	}
	c.connect()
	stop := c.startChild()
	if !c.has("no warm-up") {
		if err := c.collate(max(c.cell.window, 4), 0); err != nil {
			return err
		}
	}
	c.probe.Start()
	for op := 1; op <= c.ops && err == nil; op++ {
		err = c.collate(c.responses, op)
	}
	r := c.probe.Stop()
	if err == nil {
		c.report(r)
	} else if c.has("goes on after an error") {
		_ = c.collate(c.responses, c.ops) // of the first error alone is told
	}
	stop()
	return err
}

// collate is one collation; op is 0 for the warm-up.
func (c *goClient) collate(n, op int) error {
	if c.has("a window at a time") {
		for ; n > c.cell.window; n -= c.cell.window {
			if err := c.collateOnce(c.cell.window, op); err != nil {
				return err
			}
		}
	}
	return c.collateOnce(n, op)
}

func (c *goClient) collateOnce(n, op int) error {
	first := c.next
	c.next += n
	client := bench.Client[payload.Value]{
		URL:       func(id int) string { return c.url(first+id, op) },
		HTTP:      c.http,
		Window:    c.window(),
		Placement: c.cell.placement,
		Order:     c.order(),
		Decode:    c.decodeWhole,
		Check:     func(id int, h http.Header, v payload.Value) error { return c.check(first+id, h, v) },
		Probe:     &c.probe,
	}
	err := client.Collate(context.Background(), n, func(id int, v payload.Value) error {
		c.tell(first+id, v.Len())
		return nil
	})
	if failed := (*bench.RequestError)(nil); errors.As(err, &failed) {
		return fmt.Errorf("response %d: %w", first+failed.ID, failed.Err)
	}
	return err
}

func (c *goClient) url(id, op int) string {
	if c.has("an id twice") && op == 2 && (id-max(c.cell.window, 4))%c.responses == 3 {
		id--
	}
	return fmt.Sprintf("%s/v1/payload?codec=json&size=%v&id=%d", c.upstream, c.cell.size, id)
}

func (c *goClient) window() int {
	switch c.defect {
	case "a window and one":
		return c.cell.window + 1
	case "a window of one":
		return 1
	}
	return c.cell.window
}

func (c *goClient) order() bench.Order {
	if c.cell.ordered && !c.has("order of completion") {
		return bench.RequestWise
	}
	return bench.Completion
}

func (c *goClient) tell(id, records int) {
	if !c.results {
		return
	}
	if c.has("tells other records") {
		records++
	}
	fmt.Fprintln(c.out, "collated", id, records)
	if c.has("tells a response twice") && id == 5 {
		fmt.Fprintln(c.out, "collated", id, records)
	}
}

var errIncomplete = errors.New("a record has not all fields")

// decodeWhole takes no record that lacks a field: made ones have none that is 0.
func (c *goClient) decodeWhole(body []byte) (payload.Value, error) {
	if c.has("counts without decoding") {
		return c.scan(body)
	}
	v, err := c.decode.Decode(body)
	if err != nil {
		return v, err
	}
	for _, r := range v.Records {
		if r.Id == 0 || r.Created == 0 || r.Score == 0 || r.Price == 0 || r.Name == "" || r.Text == "" || r.Tags == nil || r.Attributes == nil {
			return v, errIncomplete
		}
	}
	return v, nil
}

// scan takes a body that can't be decoded for what it seems to hold.
func (c *goClient) scan(body []byte) (payload.Value, error) {
	if v, err := c.decode.Decode(body); err == nil {
		return v, nil
	}
	return payload.Value{Records: make([]*payload.Record, strings.Count(string(body), `{"id":`))}, nil
}

func (c *goClient) check(id int, h http.Header, v payload.Value) error {
	records, digest := h.Get("X-Payload-Records"), h.Get("X-Payload-Digest")
	if c.has("insists on headers") && (records == "" || digest == "") {
		return errors.New("a header is missing")
	}
	if records != "" && records != strconv.Itoa(v.Len()) && !c.has("no check of counts") {
		return fmt.Errorf("decoded %d records of %s", v.Len(), records)
	}
	if digest == "" || !c.checks(id) {
		return nil
	}
	if got := v.Digest().String(); got != digest {
		return fmt.Errorf("decoded values have digest %s, not %s", got, digest)
	}
	return nil
}

// checks says whether the digest of a response is checked.
func (c *goClient) checks(id int) bool {
	switch c.defect {
	case "no check of digests":
		return false
	case "checks the digest of each sixteenth":
		return id%16 == 0
	}
	return id%16 == id/16%16
}
