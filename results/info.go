package results

import (
	"encoding/json"
	"fmt"
	"time"

	"collatebench/bench"
)

// A State says how far a run has come.
type State string

const (
	Running  State = "running"  // or killed: nothing could be said at its end
	Complete State = "complete" // as many rounds as were asked for, or as the precision or the budget asked for
	Stopped  State = "stopped"  // interrupted; it can be resumed
)

// Info is run.json: what was asked and on what. All of it is known before the
// first sample, but State, Stopped, Ended and NoiseFloor.
type Info struct {
	ID            string            `json:"id"` // set by Create
	Label         string            `json:"label,omitempty"`
	State         State             `json:"state"`
	Stopped       string            `json:"stopped,omitempty"` // why it ended when it did, one sentence
	Started       time.Time         `json:"started"`           // set by Create where it is zero
	Ended         time.Time         `json:"ended,omitzero"`
	Command       []string          `json:"command,omitempty"`
	Machine       Machine           `json:"machine"`
	Go            string            `json:"go"`               // runtime.Version()
	Commit        string            `json:"commit,omitempty"` // abc1234 or abc1234+dirty
	Matrix        map[string]string `json:"matrix"`           // comma list by dimension, as bench.Matrix.Changed gives it
	Defaults      map[string]string `json:"defaults"`         // by dimension, which names leave out; set by Create where it is nil
	Cells         []string          `json:"cells"`            // names in table order, A/A controls included
	Rounds        int               `json:"rounds"`           // asked for, at most
	Ops           int               `json:"ops"`              // of a sample
	Precision     float64           `json:"precision,omitempty"`
	Budget        time.Duration     `json:"-"` // written as "3m0s"; 0 means none
	Seed          uint64            `json:"seed"`
	Profiled      bool              `json:"profiled"`
	Upstream      string            `json:"upstream,omitempty"`                 // base URL where it runs elsewhere
	LocalUpstream bool              `json:"upstream_on_this_machine,omitempty"` // though not ours
	Scaling       *bench.Scaling    `json:"core_scaling,omitempty"`             // how many effective cores they are
	Bodies        []BodyFile        `json:"bodies,omitempty"`
	TestBinary    string            `json:"test_binary_sha256,omitempty"`
	NoiseFloor    *Floor            `json:"noise_floor,omitempty"`
	Why           *Why              `json:"why,omitempty"`    // what a run of `why` is about
	Peers         *Peers            `json:"peers,omitempty"`  // the clients that a run of `peers` compares
	Joined        map[string]int    `json:"joined,omitempty"` // by cell, the first round that has it where that is not 1
}

// A BodyFile is a captured response that the upstream served.
type BodyFile struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// The field Budget is a text in JSON, beside the others as they are.
type plainInfo Info

type infoJSON struct {
	plainInfo
	Budget string `json:"budget,omitempty"`
}

// MarshalJSON writes durations as Go spells them.
func (i Info) MarshalJSON() ([]byte, error) {
	out := infoJSON{plainInfo: plainInfo(i)}
	if i.Budget != 0 {
		out.Budget = i.Budget.String()
	}
	return json.Marshal(out)
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (i *Info) UnmarshalJSON(text []byte) error {
	var in infoJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*i = Info(in.plainInfo)
	if in.Budget == "" {
		return nil
	}
	d, err := time.ParseDuration(in.Budget)
	if err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	i.Budget = d
	return nil
}
