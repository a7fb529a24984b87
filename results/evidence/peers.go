package evidence

import (
	"encoding/json"
	"fmt"

	"collatebench/bench"
	"collatebench/results"
)

// Peers is what a run that compares clients records beside what every run does.
type Peers struct {
	Clients []Peer   `json:"clients"`            // in table order, Go's first
	LeftOut []string `json:"left_out,omitempty"` // a line each: which client is missing, and how to get it
}

// A Peer is a client and how it is run.
type Peer struct {
	Client  bench.ClientName  `json:"client"`
	Runtime string            `json:"runtime"`           // language and libraries with versions, as the client spells them
	Command []string          `json:"command,omitempty"` // none for Go's client, which is the compiled benchmark
	Codecs  map[string]string `json:"codecs,omitempty"`  // the library, by the codec's name
}

// ReadPeers reads the clients from a run's record; nil if the run does not compare clients.
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

// Record returns the value as [results.Info] keeps it.
func (p Peers) Record() (json.RawMessage, error) { return json.Marshal(p) }
