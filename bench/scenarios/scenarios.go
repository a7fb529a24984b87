// Package scenarios compares verdicts with the truth, which is known since each cause
// was built in:
//
//	matrix, err := scenarios.Run(context.Background(), scenarios.Options{Only: regexp.MustCompile("^diagnose pipeline .*-window=16$")})
//	if err != nil {
//		log.Fatal(err)
//	}
//	for _, o := range matrix {
//		fmt.Printf("%s: the cause is %v\n", o.Title, o.Truth)
//	}
//	fmt.Println(matrix.Count(scenarios.Wrong), "verdicts are wrong")
//
// A scenario is a cell for the command why, or a small program for diagnose. Each
// cause occurs at several strengths. The outcome is a matrix of true causes and
// named ones.
//
// It does not know how a command comes to its verdict.
package scenarios

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"collatebench/results/verdict"
)

// A Command gives verdicts on scenarios.
type Command string

// The commands.
const (
	Why      Command = "why"
	Diagnose Command = "diagnose"
)

// A Scenario is a client whose cause is known.
type Scenario struct {
	Command  Command         `json:"-"`
	Name     string          `json:"name"`     // of diagnose: the program's folder
	Cell     string          `json:"-"`        // of why
	Args     []string        `json:"args"`     // of diagnose: the program's
	Causes   []verdict.Cause `json:"causes"`   // the truth, in the order in which to mend them
	Function string          `json:"function"` // regexp of the one that a serial section must be found in; "" where none is
	Healthy  bool            `json:"healthy"`  // nothing is to be mended
	Small    bool            `json:"-"`        // of the small form, a scenario a cause
}

// Title is the scenario in one line.
func (s Scenario) Title() string {
	if s.Command == Why {
		return s.Cell
	}
	text := s.Name
	for _, a := range s.Args {
		text += " " + a
	}
	return text
}

// cells are the scenarios of why, each cause at two strengths at least. They
// differ in codec, size, window and delay, so that no constant fits them all.
// Behind the cause of each lie the cores, or the second cause that it names. Were
// there another limit of the same height in between, nobody could say which is
// the true one.
func cells() []Scenario {
	one := func(cell string, causes ...verdict.Cause) Scenario {
		return Scenario{Command: Why, Cell: cell, Causes: causes, Healthy: causes[0] == verdict.CPUSaturated}
	}
	small := func(s Scenario) Scenario {
		s.Small = true
		return s
	}
	return []Scenario{
		small(one("placement=collector/window=32/size=512KiB", verdict.Serialised)),
		one("placement=inline/window=8/size=256KiB/responses=128/latency=none", verdict.Serialised),
		one("codec=cbor/placement=collector/window=16/size=1MiB", verdict.Serialised),
		one("placement=collector/window=32/size=256KiB/virtual-cores=8", verdict.Serialised),

		small(one("placement=request/window=32/size=1MiB/fetches=3/latency=50ms", verdict.HiddenCap)),
		one("placement=pool/window=32/size=512KiB/fetches=4/latency=20ms", verdict.HiddenCap),
		one("placement=pool/window=32/size=256KiB/workers=3/virtual-cores=8", verdict.HiddenCap),
		one("placement=gated/window=16/size=512KiB/workers=2/virtual-cores=4", verdict.HiddenCap),

		small(one("placement=request/window=32/size=1MiB/conns=3/latency=50ms", verdict.ConnectionPool)),
		one("codec=cbor/placement=gated/window=24/size=2MiB/conns=2/latency=30ms", verdict.ConnectionPool),

		small(one("placement=request/window=32/size=512KiB/queue=2/latency=20ms", verdict.UpstreamQueueing)),
		one("placement=pool/window=16/size=512KiB/queue=1", verdict.UpstreamQueueing),
		one("codec=sonic/placement=request/window=32/size=2MiB/queue=1/latency=20ms", verdict.UpstreamQueueing),

		small(one("placement=request/window=32/size=256KiB/bandwidth=20MiBps", verdict.NetworkBound)),
		one("placement=pool/window=16/size=512KiB/bandwidth=30MiBps", verdict.NetworkBound),

		small(one("placement=request/window=2/size=256KiB/latency=50ms", verdict.WindowTooSmall)),
		one("codec=cbor/placement=pool/window=1/size=512KiB/responses=32/latency=20ms", verdict.WindowTooSmall),
		one("placement=gated/window=4/size=512KiB/latency=lognormal:100ms:150ms", verdict.WindowTooSmall),

		small(one("placement=request/window=128/size=128KiB/responses=512/gogc=5", verdict.GCBound)),
		one("codec=cbor/placement=request/window=64/size=128KiB/responses=512/gogc=8", verdict.GCBound),

		small(one("placement=request/window=32/size=512KiB", verdict.CPUSaturated)),
		one("placement=pool/window=32/size=1MiB", verdict.CPUSaturated),
		one("codec=cbor/placement=gated/window=16/size=2MiB", verdict.CPUSaturated),
		one("placement=collector/window=32/size=256KiB/procs=1", verdict.CPUSaturated),
		one("placement=request/window=32/size=512KiB/procs=1", verdict.CPUSaturated),
		one("placement=pool/window=32/size=256KiB/responses=256/virtual-cores=16", verdict.CPUSaturated),

		one("placement=collector/window=32/size=256KiB/queue=4/latency=15ms/virtual-cores=8", verdict.Serialised, verdict.UpstreamQueueing),
		one("placement=collector/window=32/size=256KiB/bandwidth=60MiBps/virtual-cores=8", verdict.Serialised, verdict.NetworkBound),
		one("placement=inline/window=48/size=256KiB/responses=96/conns=6/latency=25ms/virtual-cores=8", verdict.Serialised, verdict.ConnectionPool),
		one("placement=collector/window=4/size=256KiB/latency=20ms/virtual-cores=8", verdict.Serialised, verdict.WindowTooSmall),
	}
}

// Programs is where the programs for diagnose are, within the module.
const Programs = "profiles/diagnose/testdata/programs"

// All returns every scenario; source is the module's folder.
func All(source string) ([]Scenario, error) {
	text, err := os.ReadFile(filepath.Join(source, Programs, "programs.json"))
	if err != nil {
		return nil, fmt.Errorf("read the scenarios: %w", err)
	}
	var programs []Scenario
	if err := json.Unmarshal(text, &programs); err != nil {
		return nil, fmt.Errorf("read the scenarios: programs.json: %w", err)
	}
	seen := map[verdict.Cause]bool{}
	for i := range programs {
		p := &programs[i]
		p.Command = Diagnose
		p.Small = len(p.Causes) > 0 && !seen[p.Causes[0]]
		if p.Small {
			seen[p.Causes[0]] = true
		}
	}
	return append(cells(), programs...), nil
}
