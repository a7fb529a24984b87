package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"

	"collatebench/bench"
)

// A State says how far a run has come.
type State string

const (
	Running  State = "running"  // or killed: then nothing could write its end
	Complete State = "complete" // it has all rounds, or ended for its precision or its budget
	Stopped  State = "stopped"  // interrupted; it can be resumed
)

// format is the version of the run folder's words: its dimensions, units and keys. A
// folder of another version is refused, because its cells would not match those of a
// new run. Version 2 has aa=b, sched-latency-p99-ns and core_scaling, or
// the list core_scalings.
const format = 2

// Info is run.json: what was asked for, and on what machine. All of it is known before
// the first sample, except State, Stopped, Ended, NoiseFloor and Gate.
type Info struct {
	Format        int               `json:"format"` // set by Create
	ID            string            `json:"id"`     // set by Create
	Label         string            `json:"label,omitempty"`
	State         State             `json:"state"`
	Stopped       string            `json:"stopped,omitempty"` // why it ended, one sentence
	Started       time.Time         `json:"started"`           // set by Create if it is zero
	Ended         time.Time         `json:"ended,omitzero"`
	Command       []string          `json:"command,omitempty"`
	Machine       Machine           `json:"machine"`
	Go            string            `json:"go"`                  // runtime.Version()
	Commit        string            `json:"commit,omitempty"`    // abc1234 or abc1234+dirty
	Matrix        map[string]string `json:"matrix"`              // comma list by dimension, as bench.Matrix.Changed gives it
	Defaults      map[string]string `json:"defaults"`            // by dimension; cell names leave these values out; set by Create if it is nil
	Cells         []string          `json:"cells"`               // names in table order, A/A controls included
	Rounds        int               `json:"rounds"`              // asked for, at most
	Ops           int               `json:"ops"`                 // timed collations of a sample, as asked for; 0 means that the program chose
	CellOps       map[string]int    `json:"cell_ops,omitempty"`  // timed collations of a sample, by cell; known with its first sample
	Precision     float64           `json:"precision,omitempty"` // 0.05 for 5%; 0 means none
	Budget        time.Duration     `json:"-"`                   // written as "3m0s"; 0 means none
	Seed          uint64            `json:"seed"`
	Profiled      bool              `json:"profiled"`
	ProfiledAll   bool              `json:"profiled_all,omitempty"`             // all cells, and not those of the largest window alone
	ProfileCPU    float64           `json:"profile_cpu_seconds,omitempty"`      // that each CPU profile was to cover; 0 for the default
	ProfileFlags  map[string]string `json:"profile_flags,omitempty"`            // by cell: what disturbed its profiles, though they were taken again
	Upstream      string            `json:"upstream,omitempty"`                 // base URL of an upstream that is not ours
	LocalUpstream bool              `json:"upstream_on_this_machine,omitempty"` // of Upstream
	Scalings      bench.Scalings    `json:"core_scalings,omitempty"`            // how many effective cores the machine has, for each kind of work
	Bodies        []BodyFile        `json:"bodies,omitempty"`
	Replay        string            `json:"replay,omitempty"` // recording that the bodies are of
	TestBinary    string            `json:"test_binary_sha256,omitempty"`
	NoiseFloor    json.RawMessage   `json:"noise_floor,omitempty"` // package stats writes and reads it
	Why           json.RawMessage   `json:"why,omitempty"`         // the cell and the interventions of a run of `why`; package evidence writes and reads it
	Peers         json.RawMessage   `json:"peers,omitempty"`       // the clients of a run of `peers`; package evidence writes and reads it
	Program       json.RawMessage   `json:"program,omitempty"`     // a person's own program and the interventions around it; package evidence writes and reads it
	Baseline      string            `json:"baseline,omitempty"`    // the name under which this copy of the run is kept; its ledger is closed
	Versions      []Version         `json:"versions,omitempty"`    // that the run compares, the old one first; none in a run of one
	GatePlan      json.RawMessage   `json:"gate_plan,omitempty"`   // what a gate on these versions was asked, and how far it has looked; package stats writes and reads it
	Gate          json.RawMessage   `json:"gate,omitempty"`        // what it decided; package stats writes and reads it
	Outsets       []Outset          `json:"outsets,omitempty"`     // what else was on the machine at the start, and each time that the run was resumed
	Joined        map[string]int    `json:"joined,omitempty"`      // by cell, the first round that has it, if that is not 1
	Shard         *Shard            `json:"shard,omitempty"`       // of the rounds, which is what the run takes; nil for all
	Hosts         []Host            `json:"hosts,omitempty"`       // that took rounds, by their ID; nil for a run of one machine that is no shard
	Merged        []Part            `json:"merged,omitempty"`      // the shards that the run was made of, by their index; nil for a run that was measured
}

// A BodyFile is a captured response that the upstream served.
type BodyFile struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// A Version is one of the two that a run compares: the benchmark at a revision, the
// working tree as it was, or a compiled one.
type Version struct {
	Name       string `json:"name"`               // as cells have it
	Ref        string `json:"ref,omitempty"`      // as git was asked for it: main, HEAD~3; "" for the working tree and for files
	Binary     string `json:"binary,omitempty"`   // path of the file; "" where the benchmark was built
	Revision   string `json:"revision,omitempty"` // of git, whole; of a working tree the one that it began from; "" for files
	Dirty      bool   `json:"dirty,omitempty"`    // files differed from Revision
	Go         string `json:"go,omitempty"`       // that compiled it
	TestBinary string `json:"test_binary_sha256"`
}

// String names the version for people: "1a2b3c4 (main)", "worktree (1a2b3c4 with changes)".
func (v Version) String() string {
	short := fmt.Sprintf("%.7s", v.Revision)
	switch {
	case v.Binary != "":
		return fmt.Sprintf("%s (%s)", v.Name, v.Binary)
	case v.Ref == "" && v.Dirty:
		return fmt.Sprintf("%s (%s with changes)", v.Name, short)
	case v.Ref == "" && short != "":
		return fmt.Sprintf("%s (%s without changes)", v.Name, short)
	case v.Ref != "" && !strings.HasPrefix(v.Revision, v.Ref):
		return fmt.Sprintf("%s (%s)", v.Name, v.Ref)
	}
	return v.Name
}

// plainInfo has no methods, so that only Budget is encoded differently.
type plainInfo Info

type infoJSON struct {
	plainInfo
	Budget  string         `json:"budget,omitempty"`
	Scaling *bench.Scaling `json:"core_scaling,omitempty"` // of older runs, which have one reading; never written
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
	if len(i.Scalings) == 0 && in.Scaling != nil {
		i.Scalings = bench.Scalings{*in.Scaling}
	}
	// Remove the file's indentation: other packages did not write it.
	for _, study := range []*json.RawMessage{&i.NoiseFloor, &i.Why, &i.Peers, &i.Program, &i.GatePlan, &i.Gate} {
		if err := compact(study); err != nil {
			return err
		}
	}
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

// Proves says that this is a run of `why`: its cells are one cell and the interventions
// on it.
func (i Info) Proves() bool { return i.Why != nil || i.Program != nil }

// ComparesClients says that this is a run of `peers`: its cells are of several clients.
func (i Info) ComparesClients() bool { return i.Peers != nil }

// ComparesVersions says that this is a run of `compare --ref` or `compare --binary`: it
// has each cell in two versions, and an A/A control of the old one.
func (i Info) ComparesVersions() bool { return len(i.Versions) > 0 }

// SharesMachine says that the upstream runs on the client's machine, and so uses the
// same cores.
func (i Info) SharesMachine() bool { return i.Upstream == "" || i.LocalUpstream }

// IsMerged says that the run was made of shards. Nothing is added to it.
func (i Info) IsMerged() bool { return len(i.Merged) > 0 }

// Parse reads the names of the run's cells, in table order.
func (i Info) Parse() ([]bench.Cell, error) { return parseCells(i.Cells) }

// CommandLine returns the command line that makes such a run again, quoted for a shell;
// "" if run.json does not have it. The program is named without its path, because it
// may have moved.
func (i Info) CommandLine() string {
	if len(i.Command) == 0 {
		return ""
	}
	args := append([]string{filepath.Base(i.Command[0])}, i.Command[1:]...)
	if strings.HasSuffix(args[0], ".test") || strings.HasSuffix(args[0], ".exe") {
		args[0] = "collatebench"
	}
	return shellescape.QuoteCommand(args)
}

func compact(text *json.RawMessage) error {
	if *text == nil {
		return nil
	}
	var b bytes.Buffer
	err := json.Compact(&b, *text)
	if *text = b.Bytes(); b.String() == "null" {
		*text = nil
	}
	return err
}
