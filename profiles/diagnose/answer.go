package diagnose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"collatebench/profiles"
)

// Bounds of what a server may send. A program that does nothing but switch
// goroutines on two cores records 10 MB a second; what goes beyond the bounds
// could not be read in a sensible time either, at 30 MB a second.
const (
	traceEachSecond = 128 << 20 // bytes; one second more is for the trace's ends
	traceInAll      = 4 << 30
	profileInAll    = 64 << 20 // a CPU profile has a record for each stack, not for each sample
)

// An answer is what is expected of one page of net/http/pprof.
type answer struct {
	name  string
	check func(head []byte) error // of its first bytes; nothing is kept before it
	most  int64                   // bytes
	why   string                  // the bound, in words
}

var cpuProfile = answer{
	name: "profile", check: checkProfile, most: profileInAll, why: "more than any CPU profile takes",
}

func (r recording) trace() answer {
	most := int64(traceEachSecond) * int64(r.seconds+1)
	why := fmt.Sprintf("a trace of %d s takes %d MiB a second at most", r.seconds, traceEachSecond>>20)
	if most > traceInAll {
		most, why = traceInAll, "what is larger can't be read in a sensible time: record fewer seconds"
	}
	return answer{name: "trace", check: profiles.CheckTraceHeader, most: most, why: why}
}

func checkProfile(head []byte) error {
	if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return errors.New("not a CPU profile: it is not gzip")
	}
	return nil
}

// copy writes the answer to w, up to its bound.
func (a answer) copy(w io.Writer, body io.Reader) error {
	head := make([]byte, profiles.TraceHeaderBytes)
	n, err := io.ReadFull(body, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return brokenOff(int64(n), err)
	}
	head = head[:n]
	if err := a.check(head); err != nil {
		return err
	}
	got, err := io.Copy(w, io.LimitReader(io.MultiReader(bytes.NewReader(head), body), a.most+1))
	switch {
	case err != nil:
		return brokenOff(got, err)
	case got > a.most:
		return fmt.Errorf("it sends more than %d MiB: %s", a.most>>20, a.why)
	}
	return nil
}

func brokenOff(got int64, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("it sent %d bytes and came to no end in time", got)
	}
	return fmt.Errorf("after %d bytes: %w", got, err)
}
