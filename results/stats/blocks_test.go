package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"collatebench/results/stats"
)

// simulated are rounds of machines of which each has an effect of its own around the true one.
func simulated(r *rand.Rand, truth, between, within float64, rounds []int) stats.Pairs {
	var p stats.Pairs
	for m, n := range rounds {
		effect := math.Log(truth) + between*r.NormFloat64()
		for range n {
			base := 50 * math.Exp(.3*r.NormFloat64()) // machines differ in speed, which cancels
			p.Base = append(p.Base, base)
			p.Over = append(p.Over, base*math.Exp(effect+within*r.NormFloat64()))
			p.Hosts = append(p.Hosts, fmt.Sprint("m", m))
		}
	}
	return p
}

// TestMachines: the interval has the true ratio in it as often as it says, however much the
// machines differ. One that takes all rounds as alike has not.
func TestMachines(t *testing.T) {
	const runs, truth, within = 2000, 1.1, .16
	for _, c := range []struct {
		name    string
		between float64
		rounds  []int
	}{
		{"alike", 0, []int{6, 6, 6, 6, 6, 6, 6, 6}},
		{"3%", .03, []int{6, 6, 6, 6, 6, 6, 6, 6}},
		{"10%", .1, []int{6, 6, 6, 6, 6, 6, 6, 6}},
		{"10%, few", .1, []int{6, 6, 6, 6}},
		{"10%, many rounds", .1, []int{30, 30, 30, 30, 30, 30}},
		{"10%, some stopped early", .1, []int{6, 6, 6, 6, 6, 3, 2, 2}},
	} {
		r := rand.New(rand.NewPCG(17, 17))
		covered, naive := 0, 0
		for range runs {
			p := simulated(r, truth, c.between, within, c.rounds)
			got, err := p.Ratio()
			if err != nil || got.Machines != len(c.rounds) {
				t.Fatal(got, err)
			}
			if got.Low <= truth && truth <= got.High {
				covered++
			}
			p.Hosts = nil
			if got, err = p.Ratio(); err != nil {
				t.Fatal(err)
			}
			if got.Low <= truth && truth <= got.High {
				naive++
			}
		}
		share := float64(covered) / runs
		t.Logf("%s: %.1f%% of %d intervals have the true ratio in them; %.1f%% of those that take the rounds as alike", c.name, 100*share, runs, 100*float64(naive)/runs)
		if share < .93 || share > .97 {
			t.Errorf("%s: %.1f%%, want 93 to 97", c.name, 100*share)
		}
		if c.between == .1 && float64(naive)/runs > .93 {
			t.Errorf("%s: %.1f%% without the machines: the simulation shows nothing", c.name, 100*float64(naive)/runs)
		}
	}
}

// TestOneMachineInBlocks is what one machine is without.
func TestOneMachineInBlocks(t *testing.T) {
	p := simulated(rand.New(rand.NewPCG(1, 1)), 1.2, 0, .1, []int{7})
	blocks, err := p.Ratio()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := stats.NewRatio(p.Over, p.Base)
	if err != nil || fmt.Sprint(plain) != fmt.Sprint(blocks) || blocks.Machines != 0 {
		t.Errorf("%+v, %+v, %v", blocks, plain, err)
	}
}

// TestMachinesThatDisagree are told by name, those that only scatter are not.
func TestMachinesThatDisagree(t *testing.T) {
	var p stats.Pairs
	add := func(host string, ratios ...float64) {
		for _, r := range ratios {
			p.Over, p.Base, p.Hosts = append(p.Over, 10*r), append(p.Base, 10), append(p.Hosts, host)
		}
	}
	for _, host := range []string{"a", "b", "c", "d"} {
		add(host, 1.28, 1.3, 1.32)
	}
	add("slow", .88, .9, .92)
	add("noisy", .5, .99, 1.5)
	r, err := p.Ratio()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Doubts) != 1 || !strings.Contains(r.Doubts[0], "on slow it is 0.90, on all machines 1.1") {
		t.Errorf("%q", r.Doubts)
	}
	p = stats.Pairs{}
	add("a", 1.1, 1.2)
	add("b", 1.1, 1.2)
	if r, err = p.Ratio(); err != nil || len(r.Doubts) != 1 || !strings.Contains(r.Doubts[0], "2 machines are few") {
		t.Errorf("%q, %v", r.Doubts, err)
	}
}
