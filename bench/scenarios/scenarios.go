// Package scenarios compares verdicts with the truth, which is known since each cause
// was built in:
//
//	matrix, err := scenarios.Run(context.Background(), scenarios.Options{Seeds: []uint64{3}, Only: regexp.MustCompile("^diagnose pipeline .*-window=16$")})
//	if err != nil {
//		log.Fatal(err)
//	}
//	for _, o := range matrix {
//		fmt.Printf("%s: the cause is %v\n", o.Title, o.Truth)
//	}
//	fmt.Println(matrix.Count(scenarios.Wrong), "verdicts are wrong")
//
// A scenario is a cell for the command why, a small program for diagnose, or a client in one
// of several languages for diagnose --pid and for why -- PROGRAM. Each
// cause occurs at several strengths. A seed draws from each scenario a variant that has
// the same cause, and a [Plan] says which seed runs which. The outcome is a matrix of
// true causes and named ones, and the error of every gain that was promised.
//
// It does not know how a command comes to its verdict.
package scenarios

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"collatebench/results/verdict"
)

// A Command gives verdicts on scenarios.
type Command string

// The commands.
const (
	Why      Command = "why"
	Diagnose Command = "diagnose"
	Process  Command = "diagnose --pid"

	WhyProgram Command = "why --" // on the programs of Process
)

// A Scenario is a client whose cause is known.
type Scenario struct {
	Command  Command         `json:"-"`
	Name     string          `json:"name"`     // of diagnose: the program's folder
	Module   string          `json:"-"`        // of diagnose: the folder in which it is built, within the source; "" for the source itself
	Fixable  bool            `json:"fixable"`  // of diagnose: -fixed does the same work with the cause mended
	Place    string          `json:"place"`    // of diagnose: a part of the sentence, the place that is to be named; "" where none is
	Cell     string          `json:"-"`        // of why
	Body     int             `json:"-"`        // of why: KiB of each captured body; 0 where bodies are made
	Args     []string        `json:"args"`     // of diagnose: the program's
	Causes   []verdict.Cause `json:"causes"`   // the truth, in the order in which to mend them
	Function string          `json:"function"` // regexp of the one that a serial section must be found in; "" where none is
	Healthy  bool            `json:"healthy"`  // nothing is to be mended
	Small    bool            `json:"-"`        // of the small form, a scenario a cause
	Vary     string          `json:"-"`        // what a seed may change, and the cause stays: see Drawn
}

// Title is the scenario in one line.
func (s Scenario) Title() string {
	if s.Command != Why {
		return strings.Join(append([]string{s.Name}, s.Args...), " ")
	}
	if s.Body > 0 {
		return fmt.Sprintf("%s with captured bodies of %dKiB", s.Cell, s.Body)
	}
	return s.Cell
}

// Programs is where the programs for diagnose are that need nothing but this module, and
// Shapes where those are that need libraries of others: a module of its own.
const (
	Programs = "profiles/diagnose/testdata/programs"
	Shapes   = "profiles/diagnose/testdata/shapes"
)

// All returns every scenario; source is the module's folder.
func All(source string) ([]Scenario, error) {
	out := cells()
	watched, err := clients(source)
	if err != nil {
		return nil, err
	}
	seen := map[verdict.Cause]bool{}
	for _, folder := range []string{Programs, Shapes} {
		list := folder + "/programs.json"
		text, err := os.ReadFile(filepath.Join(source, list))
		if err != nil {
			return nil, fmt.Errorf("read the scenarios: %w", err)
		}
		var programs []Scenario
		if err := json.Unmarshal(text, &programs); err != nil {
			return nil, fmt.Errorf("read the scenarios: %s: %w", list, err)
		}
		for _, p := range programs {
			p.Command = Diagnose
			p.Vary = programVariants[p.Title()]
			p.Small = len(p.Causes) > 0 && !seen[p.Causes[0]]
			seen[p.Causes[0]] = true
			if folder == Shapes {
				p.Module = Shapes
			}
			out = append(out, p)
		}
	}
	clear(seen)
	for _, w := range watched {
		if w.setting("recorded") != "" { // a process does not show what its upstream is
			continue
		}
		w.Small = !seen[w.Causes[0]]
		seen[w.Causes[0]] = true
		out = append(out, w)
	}
	for _, w := range watched {
		if w.setting("quota") != "" { // a group is made for a process, and not for what a run starts
			continue
		}
		w.Command, w.Small = WhyProgram, false // one takes as long as ten of the others
		out = append(out, w)
	}
	return out, nil
}
