package evidence

import (
	"encoding/json"
	"fmt"

	"collatebench/bench"
	"collatebench/results"
)

// Peers is what a run that compares clients has beside other runs.
type Peers struct {
	Clients []Peer         `json:"clients"`            // in table order, Go's first
	LeftOut []string       `json:"left_out,omitempty"` // a line each: which client, and how to get it
	Ops     map[string]int `json:"ops"`                // of a sample, by cell: as many as fill its time
}

// A Peer is a client and how it is run.
type Peer struct {
	Client  bench.ClientName  `json:"client"`
	Runtime string            `json:"runtime"`           // of its language and its libraries, in its own words
	Command []string          `json:"command,omitempty"` // none for Go's, which is the compiled benchmark
	Codecs  map[string]string `json:"codecs,omitempty"`  // by name, the library
}

// ReadPeers returns what a run's record says of the clients that it compares;
// nil where it compares none.
func ReadPeers(info results.Info) (*Peers, error) {
	if !info.ComparesClients() {
		return nil, nil
	}
	var p *Peers
	if err := json.Unmarshal(info.Peers, &p); err != nil {
		return nil, fmt.Errorf("run %s: the clients it compares: %w", info.ID, err)
	}
	return p, nil
}

// Record is the value as a run's record has it.
func (p Peers) Record() (json.RawMessage, error) { return json.Marshal(p) }
