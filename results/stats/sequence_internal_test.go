package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestSequence: a cell whose true loss is just the margin is called worse, or not worse, in no more than
// alpha of the sequences, however often they look; and what is plain is found at the first look.
func TestSequence(t *testing.T) {
	const (
		alpha, margin   = .1, .1
		rounds, repeats = 24, 600
	)
	play := func(seed uint64, loss float64) (o Outcome, looks int) {
		r := rand.New(rand.NewPCG(seed, 5))
		s := Sequence{Gate: Gate{Margin: margin, Alpha: alpha}}
		var old, new, control [2][]float64
		for n := 1; n <= rounds; n++ {
			drift := .3 * r.NormFloat64()
			for i := range old {
				old[i] = append(old[i], math.Exp(drift+.04*r.NormFloat64()))
				new[i] = append(new[i], (1-loss)*math.Exp(drift+.04*r.NormFloat64()))
				control[i] = append(control[i], math.Exp(drift+.04*r.NormFloat64()))
			}
			share := float64(n) / rounds
			if !s.due(share) {
				continue
			}
			var cells []GateCell
			for i := range old {
				c, err := NewGateCell([]string{"a", "b"}[i], old[i], new[i], control[i])
				if err != nil {
					t.Fatal(err)
				}
				cells = append(cells, c)
			}
			d, err := s.decide(cells, share)
			if err != nil {
				t.Fatal(err)
			}
			if d == nil {
				continue
			}
			looks++
			if d.Alpha != alpha {
				t.Fatalf("it says alpha %v, which is the whole gate's", d.Alpha)
			}
			if d.Outcome != Undecided {
				return d.Outcome, looks
			}
		}
		return Undecided, looks
	}
	count := map[Outcome]int{}
	for seed := range uint64(repeats) {
		o, looks := play(seed, margin)
		count[o]++
		if o == Undecided && looks != gateLooks {
			t.Fatalf("%d looks in a whole run", looks)
		}
	}
	allowed := alpha*repeats + 3*math.Sqrt(alpha*(1-alpha)*repeats)
	if float64(count[Worse]) > allowed || float64(count[NotWorse]) > allowed || count[Worse]+count[NotWorse] == 0 {
		t.Errorf("at the margin: %v of %d", count, repeats)
	}
	for _, c := range []struct {
		loss float64
		want Outcome
	}{{.6, Worse}, {-.5, NotWorse}} {
		for seed := range uint64(20) {
			if o, looks := play(seed, c.loss); o != c.want || looks > 2 { // a control that differs by chance takes a second
				t.Errorf("a loss of %v: %s after %d looks", c.loss, o, looks)
			}
		}
	}
}

// TestSequenceSpends no more than alpha, and leaves to the next look what one has not used.
func TestSequenceSpends(t *testing.T) {
	s := Sequence{Gate: Gate{Margin: .05, Alpha: .01}}
	cell := func(rounds int) []GateCell {
		return []GateCell{{Cell: "a", Effect: Effect{Log: -.05, SE: .04, Degrees: float64(rounds - 1)}, Rounds: rounds}}
	}
	for _, c := range []struct {
		share  float64
		rounds int
		spent  float64
	}{
		{.2, 10, 0}, {.26, 3, 0}, {.51, 10, .5}, {.6, 10, .5}, {1.2, 2, 1}, {1.3, 20, 1},
	} {
		if s.due(c.share) {
			if _, err := s.decide(cell(c.rounds), c.share); err != nil {
				t.Fatal(err)
			}
		}
		if s.Spent != c.spent {
			t.Errorf("after %v of the run it has spent up to %v, want %v", c.share, s.Spent, c.spent)
		}
	}
}
