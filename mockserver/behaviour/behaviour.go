// Package behaviour says what an upstream does to its clients: how long it
// takes, how many requests it serves at a time, how fast it writes and how it
// fails. A Spec is a comparable value with one spelling a part; the table of
// Knobs is the one source of flags, of names and of a child process's arguments.
//
// It draws delays and faults from numbers that it is given. It does not know
// where randomness comes from, and it serves nothing.
package behaviour

import (
	"fmt"
	"strconv"
)

// none is how every knob spells its zero value.
const none = "none"

// MaxQueue is the most requests that a queue may let in at a time.
const MaxQueue = 1 << 20

// Spec is the behaviour of one upstream. The zero value answers at once.
type Spec struct {
	Latency       Latency // service time of a request, before its body
	Queue         int     // requests served at a time, the others wait in order of arrival; 0 means all
	Bandwidth     Rate    // of all connections together; 0 means no limit
	ConnBandwidth Rate    // of each connection; 0 means no limit
	Faults        Faults  // how often requests go wrong
}

// Knob is one part of a Spec as people write it. Set takes what Get returns,
// and Get returns one spelling whatever Set was given. No spelling holds a
// slash, an equals sign, a comma or white space, or ends in -digits, so that
// it can stand in a benchmark's name.
type Knob struct {
	Name    string // as in --name and name=value
	Usage   string // one line for a flag's help
	Allowed string // what Set takes
	Get     func(Spec) string
	Set     func(*Spec, string) error // on an error the Spec is unchanged
}

// Knobs returns the table of knobs, in the order of names and tables.
func Knobs() []Knob {
	return []Knob{
		knob("latency", "service time of each request", latencyAllowed, ParseLatency,
			func(s *Spec) *Latency { return &s.Latency }),
		knob("queue", "requests served at a time, the others wait in order of arrival", queueAllowed, parseQueue,
			func(s *Spec) *places { return (*places)(&s.Queue) }),
		knob("bandwidth", "bytes a second of all connections together", rateAllowed, ParseRate,
			func(s *Spec) *Rate { return &s.Bandwidth }),
		knob("connbandwidth", "bytes a second of each connection", rateAllowed, ParseRate,
			func(s *Spec) *Rate { return &s.ConnBandwidth }),
		knob("faults", "share of the requests that fail, by kind", faultsAllowed, ParseFaults,
			func(s *Spec) *Faults { return &s.Faults }),
	}
}

// knob builds a row from the parser of a part and the place of that part.
func knob[T fmt.Stringer](name, usage, allowed string, parse func(string) (T, error), at func(*Spec) *T) Knob {
	return Knob{
		Name: name, Usage: usage, Allowed: allowed,
		Get: func(s Spec) string { return (*at(&s)).String() },
		Set: func(s *Spec, text string) error {
			v, err := parse(text)
			if err == nil {
				*at(s) = v
			}
			return err
		},
	}
}

// refuse names the value, what is wrong with it where that is not obvious, and
// what is allowed.
func refuse(value, why, allowed string) error {
	if why != "" {
		return fmt.Errorf("%q: %s; allowed: %s", value, why, allowed)
	}
	return fmt.Errorf("%q: not one of %s", value, allowed)
}

// places is the queue's part of a Spec, with a spelling.
type places int

const queueAllowed = "none, or K from 1 to 1048576"

func parseQueue(text string) (places, error) {
	if text == none {
		return 0, nil
	}
	k, err := strconv.ParseUint(text, 10, 32)
	if err != nil || k < 1 || k > MaxQueue {
		return 0, refuse(text, "", queueAllowed)
	}
	return places(k), nil
}

func (p places) String() string {
	if p == 0 {
		return none
	}
	return strconv.Itoa(int(p))
}
