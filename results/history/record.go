package history

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"collatebench/bench"
	"collatebench/results"
)

// ownUpstream is what a run's upstream is called that served bodies of its own making.
const ownUpstream = "our own upstream"

// A Record is what one run adds to a history. It is small: a reader of many runs can keep
// it in place of the run.
type Record struct {
	ID       string // of the folder
	Label    string
	Commit   string
	Started  time.Time
	Machine  string // its kind
	Go       string
	Upstream string
	Rounds   int // complete ones
	Values   []Value
	Reason   string // why the run is left out; "" if it is not

	merged string       // the shards that it was made of; "" for none
	info   results.Info // what [stats.Differences] compares
}

// A Value is the throughput of a cell in one run, median of its complete rounds.
type Value struct {
	Cell   string
	MBPerS float64
}

// Read reads a run. id is that of its folder, under which it is listed. What is wrong with
// it is a reason to leave it out, and no error: a history is of the others then.
func Read(id string, run *results.Run) Record {
	info := run.Info()
	switch {
	case info.Proves():
		return LeftOut(id, info.Started, "it is a run of why")
	case info.ComparesClients():
		return LeftOut(id, info.Started, "it is a run of peers")
	case info.ComparesVersions():
		return LeftOut(id, info.Started, "it is a run of two versions")
	case info.Shard != nil:
		return LeftOut(id, info.Started, "it is a shard, whose samples are those of the merged run")
	}
	r := Record{
		ID: id, Label: info.Label, Commit: info.Commit, Started: info.Started,
		Machine: machineOf(info.Machine), Go: info.Go, Upstream: upstreamOf(info),
		merged: shardsOf(info),
		info:   results.Info{Machine: info.Machine, Go: info.Go, Upstream: info.Upstream, Bodies: info.Bodies, Defaults: info.Defaults},
	}
	samples, err := run.Samples()
	if err == nil {
		err = r.add(info, results.CompleteRounds(info, samples))
	}
	if err != nil {
		return LeftOut(id, info.Started, "it can't be read: "+err.Error())
	}
	if len(r.Values) == 0 {
		return LeftOut(id, info.Started, "no round is complete")
	}
	return r
}

// shardsOf names the shards that a run was made of, a line each; "" for a run that was measured.
func shardsOf(info results.Info) string {
	var b strings.Builder
	for _, p := range info.Merged {
		fmt.Fprintln(&b, p.Run)
	}
	return b.String()
}

// ReadFolder reads the runs of a folder, which need not exist.
func ReadFolder(root string) ([]Record, error) {
	ids, err := results.List(root)
	if err != nil {
		return nil, err
	}
	out := make([]Record, min(len(ids), MaxRuns+1))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range out {
		g.Go(func() error {
			out[i] = readIn(root, ids[i])
			return nil
		})
	}
	return out, g.Wait()
}

func readIn(root, id string) Record {
	run, err := results.Open(filepath.Join(root, id))
	if err != nil {
		return LeftOut(id, time.Time{}, "it can't be read: "+err.Error())
	}
	return Read(id, run)
}

// LeftOut is the record of a run that is in no series.
func LeftOut(id string, started time.Time, reason string) Record {
	return Record{ID: id, Started: started, Reason: reason}
}

// add reads the throughputs alone: to check a sample's histogram takes ten times as long,
// and a history reads hundreds of runs.
func (r *Record) add(info results.Info, rounds []results.Round) error {
	r.Rounds = len(rounds)
	for _, name := range info.Cells {
		if c, err := bench.ParseCell(name); err != nil || c.AA != "" {
			continue // A/A controls have the rounds' noise, not a series
		}
		var values []float64
		for _, round := range rounds {
			s, there := round.Samples[name]
			if !there {
				continue // the cell joined the run later
			}
			v, err := throughput(s)
			if err != nil {
				return err
			}
			values = append(values, v)
		}
		if len(values) > 0 {
			r.Values = append(r.Values, Value{name, middle(values)})
		}
	}
	return nil
}

func throughput(s results.Sample) (float64, error) {
	values, err := s.Values()
	if err != nil {
		return 0, fmt.Errorf("cell %q, round %d: %w", s.Cell, s.Round, err)
	}
	for _, v := range values {
		if v.Unit == results.Throughput && v.Value > 0 && !math.IsInf(v.Value, 0) {
			return v.Value, nil
		}
	}
	return 0, fmt.Errorf("cell %q, round %d: its line has no %s", s.Cell, s.Round, results.Throughput)
}

// machineOf spells the kind of a machine: what makes the numbers of two comparable. Memory
// and kernel are left out, since a machine gets another kernel and stays what it is.
func machineOf(m results.Machine) string {
	return strings.Join([]string{cmp.Or(m.CPU, "unknown CPU"), cmp.Or(m.Usable(), "unknown cores"), m.OS + "/" + m.Arch}, ", ")
}

func upstreamOf(info results.Info) string {
	out := ownUpstream
	if info.Upstream != "" {
		out = "upstream " + info.Upstream
	}
	if len(info.Bodies) > 0 {
		out += ", bodies"
		for _, b := range info.Bodies {
			out += fmt.Sprintf(" %.8s", b.SHA256)
		}
	}
	return out
}

// newerThan orders by the start, then by the ID.
func (r Record) newerThan(other Record) int {
	if c := r.Started.Compare(other.Started); c != 0 {
		return c
	}
	return cmp.Compare(r.ID, other.ID)
}
