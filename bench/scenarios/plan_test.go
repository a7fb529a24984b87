package scenarios_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"collatebench/bench/scenarios"
)

func planOf(t *testing.T, small bool, only string, seeds ...uint64) []scenarios.Turn {
	t.Helper()
	var re *regexp.Regexp
	if only != "" {
		re = regexp.MustCompile(only)
	}
	out, err := scenarios.Plan(all(t), seeds, small, re)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func spelled(turns []scenarios.Turn) []string {
	var out []string
	for _, p := range turns {
		out = append(out, fmt.Sprint(p.Command, p.Title(), p.Seed, p.VariantOf))
	}
	return out
}

// TestPlan: of four seeds in a row one runs a scenario as it stands, and at least one a
// variant; three run it once at least. Every seed has each cause of each command.
func TestPlan(t *testing.T) {
	scenes := all(t)
	titles := map[string]int{}
	for i, s := range scenes {
		titles[string(s.Command)+" "+s.Title()] = i
	}
	for first := range uint64(6) {
		asItStands, variants, ran := map[int]int{}, 0, map[string]bool{}
		for seed := first; seed < first+4; seed++ {
			if seed == first+3 && len(ran) != len(scenes) {
				t.Errorf("seeds from %d: three run %d of %d scenarios", first, len(ran), len(scenes))
			}
			causes := map[string]bool{}
			for _, s := range all(t) {
				only := "^" + regexp.QuoteMeta(string(s.Command)+" "+s.Title()) + "$"
				if len(planOf(t, false, only, seed)) == 0 {
					t.Errorf("seed %d: %s is left out, though asked for", seed, s.Title())
				}
			}
			for _, p := range planOf(t, false, "", seed) {
				causes[fmt.Sprint(p.Command, p.Causes[:1])] = true
				if p.VariantOf != "" {
					variants++
					ran[string(p.Command)+" "+p.VariantOf] = true
					continue
				}
				ran[string(p.Command)+" "+p.Title()] = true
				i, known := titles[string(p.Command)+" "+p.Title()]
				if !known {
					t.Errorf("seed %d: %s is no scenario, and not drawn", seed, p.Title())
				}
				asItStands[i]++
			}
			if len(causes) != 31 {
				t.Errorf("seed %d has %d causes of the commands, want 31", seed, len(causes))
			}
		}
		for i, s := range scenes {
			if asItStands[i] != 1 {
				t.Errorf("seeds from %d: %s runs %d times as it stands", first, s.Title(), asItStands[i])
			}
		}
		if variants < len(scenes) {
			t.Errorf("seeds from %d: %d variants of %d scenarios", first, variants, len(scenes))
		}
	}
}

// TestPlanOfASeed does not depend on the seeds beside it.
func TestPlanOfASeed(t *testing.T) {
	together := spelled(planOf(t, false, "", 4, 5, 6))
	var apart []string
	for _, seed := range []uint64{4, 5, 6} {
		apart = append(apart, spelled(planOf(t, false, "", seed))...)
	}
	if !slices.Equal(together, apart) {
		t.Error("three seeds together have another plan than each alone")
	}
	if slices.Equal(spelled(planOf(t, false, "", 4)), spelled(planOf(t, false, "", 7))) {
		t.Error("seeds 4 and 7 draw the same")
	}
}

// TestPlanTakesItsTime: a cell takes 45 seconds, a program with its mended form twelve, a process eight,
// a program with what surrounds it 75, and three seeds are to be done within three and a half hours on two cores.
func TestPlanTakesItsTime(t *testing.T) {
	seconds := 0
	for _, p := range planOf(t, false, "", 4, 5, 6) {
		seconds += map[scenarios.Command]int{scenarios.Why: 45, scenarios.Diagnose: 12, scenarios.Process: 8, scenarios.WhyProgram: 75}[p.Command]
	}
	if seconds > 210*60 {
		t.Errorf("three seeds take %d s", seconds)
	}
}

// TestPlanSmall: what CI runs is the strongest scenario of each cause, as it stands.
func TestPlanSmall(t *testing.T) {
	causes := map[string]int{}
	for _, p := range planOf(t, true, "", 5) {
		causes[fmt.Sprint(p.Command, p.Causes)]++
		if p.VariantOf != "" || !p.Small {
			t.Errorf("%s: of %q", p.Title(), p.VariantOf)
		}
	}
	for cause, n := range causes {
		if n != 1 {
			t.Errorf("%s has %d scenarios", cause, n)
		}
	}
	if len(causes) != 25 {
		t.Errorf("%d causes of the commands, want 25", len(causes))
	}
}

// TestPlanOnly leaves nothing out that was asked for, by its own title or by that of
// the variant.
func TestPlanOnly(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		if n := len(planOf(t, false, "^why .*queue=1", seed)); n < 2 {
			t.Errorf("seed %d: %d scenarios with a queue of one", seed, n)
		}
		for _, p := range planOf(t, false, "", seed) {
			only := "^" + regexp.QuoteMeta(string(p.Command)+" "+p.Title()) + "$"
			if again := planOf(t, false, only, seed); !slices.Contains(spelled(again), spelled([]scenarios.Turn{p})[0]) {
				t.Errorf("seed %d: %s can't be asked for by its title", seed, strings.TrimSpace(p.Title()))
			}
		}
	}
}
