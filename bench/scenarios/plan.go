package scenarios

import (
	"hash/fnv"
	"regexp"
)

// A Turn is one question of a run: a scenario as it is asked, and with which seed.
type Turn struct {
	Scenario
	Seed      uint64 // of the payloads' bytes, the delays and the order of samples
	VariantOf string // title of the scenario that the seed drew this from; "" where it is as it stands
}

// turns is how often a scenario's place in the plan comes round.
const turns = 4

// Plan returns which scenarios each seed runs, and as what. Of four seeds in a row, one
// runs a scenario as it stands, which is what the thresholds were tuned on. The others
// run variants that they draw. A cell takes most of a minute, and a program with what surrounds
// it more, so that one which is not of the small form rests every other seed: three seeds run
// each scenario once at least, and are done within three and a half hours on two cores. What a
// seed runs does not depend on the other seeds, nor on the other scenarios.
//
// The small form runs a scenario a cause and command, as it stands. With only, the
// plan has the scenarios whose command and title match, as they stand or as drawn, and
// then leaves none of them out.
func Plan(all []Scenario, seeds []uint64, smallForm bool, only *regexp.Regexp) ([]Turn, error) {
	var out []Turn
	for _, seed := range seeds {
		for _, s := range all {
			t := Turn{Scenario: s, Seed: seed}
			place := (s.hash()%turns + seed%turns) % turns
			if !smallForm && place > 0 {
				var err error
				if t.Scenario, err = s.Drawn(seed); err != nil {
					return nil, err
				}
				t.VariantOf = s.Title()
			}
			leftOut := place%2 == 1 && (s.Command == Why || s.Command == WhyProgram) && !s.Small
			switch {
			case smallForm && !s.Small:
			case only == nil && !smallForm && leftOut:
			case only != nil && !only.MatchString(s.key()) && !only.MatchString(t.key()):
			default:
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// key is what a scenario is chosen by.
func (s Scenario) key() string { return string(s.Command) + " " + s.Title() }

// hash is a number of the scenario's own.
func (s Scenario) hash() uint64 {
	h := fnv.New64a()
	h.Write([]byte(s.key())) // never fails
	return h.Sum64()
}

// second returns the seed with which a scenario is asked again. No list of seeds that
// people write has it.
func second(seed uint64) uint64 { return seed + 1_000_000 }
