package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/profiles"
	"collatebench/results"
	"collatebench/results/stats"
)

const (
	firstLook = 8 // rounds before --precision looks for the first time
	lookEach  = 4 // rounds between its looks
)

// measure takes the rounds that the ledger lacks, until the plan, the precision
// or the budget ends the measured pass.
func (x *experiment) measure(ctx context.Context) error {
	if len(x.run.Info().Scalings) == 0 && x.clients == nil && x.versions == nil {
		if err := x.calibrate(ctx); err != nil {
			return err
		}
	}
	samples, err := x.run.Samples()
	if err != nil {
		return err
	}
	planned := slices.Collect(x.run.Info().Planned())
	x.expect(len(planned)*len(x.cells) + x.profiledSteps())
	x.done(countTaken(results.Rounds(x.run.Info(), samples)))
	for i, round := range planned {
		took := time.Now()
		if err := x.round(ctx, round); err != nil {
			return err
		}
		if x.stopped != "" && i == 0 {
			if x.clients != nil || x.versions != nil {
				return errors.New(x.stopped + ": no round is whole; give it more")
			}
			// There is nothing to show, so the run is not a whole one.
			return errors.New(x.stopped + "; resumed, the run goes on without it")
		}
		if x.stopped != "" {
			return nil
		}
		if err := x.run.WriteBench(); err != nil {
			return err
		}
		if i+1 == len(planned) {
			return nil
		}
		if x.stopped, err = x.enough(i+1, round, planned[i+1], time.Since(took)); err != nil || x.stopped != "" {
			return err
		}
	}
	return nil
}

// round takes the samples that a round lacks. A flagged sample ends the attempt,
// and the whole round begins again: a second sample of that cell alone would
// make no pair with those before. There are results.MaxAttempts attempts at most.
func (x *experiment) round(ctx context.Context, n int) error {
	for {
		have, err := x.inForce(n)
		if err != nil || have.Complete {
			return err
		}
		for _, c := range x.order(n, have.Attempt) {
			if _, taken := have.Samples[c.Name()]; taken {
				continue
			}
			if x.stopped = x.overBudget(); x.stopped != "" {
				return nil
			}
			x.doing(x.stage(n, have.Attempt), displayName(c))
			s, err := x.steadySample(ctx, c, n, have.Attempt)
			if err != nil {
				return err
			}
			if x.Shard != nil {
				s.Host = x.host.ID
			}
			if err := x.run.Append(s); err != nil {
				return err
			}
			x.done(1)
			if len(s.Flags) > 0 && have.Attempt < results.MaxAttempts {
				x.retake(n, have, s)
				break
			}
		}
	}
}

// stage names a round and, where it was begun again, the attempt.
func (x *experiment) stage(n, attempt int) string {
	name := fmt.Sprintf("round %d/%d", n, max(n, x.run.Info().Rounds))
	if attempt > 1 {
		name += fmt.Sprintf(" again (attempt %d of %d)", attempt, results.MaxAttempts)
	}
	return name
}

// inForce returns the attempt of a round that counts, with its samples so far.
func (x *experiment) inForce(n int) (results.Round, error) {
	samples, err := x.run.Samples()
	if err != nil {
		return results.Round{}, err
	}
	for _, r := range results.Rounds(x.run.Info(), samples) {
		if r.N != n {
			continue
		}
		if x.Shard != nil && !r.Complete && len(r.Samples) > 0 && r.Host() != x.host.ID { // begun on another machine
			return results.Round{N: n, Attempt: r.Attempt + 1}, nil
		}
		return r, nil
	}
	return results.Round{N: n, Attempt: 1}, nil
}

func (x *experiment) retake(n int, r results.Round, s results.Sample) {
	fmt.Fprintf(x.log, "round %d attempt %d is taken again: %s: %v\n", n, r.Attempt, s.Cell, s.Flags)
	x.expect(len(r.Samples) + 1)
}

// countTaken returns how many samples of the attempts in force are taken.
func countTaken(rounds []results.Round) int {
	n := 0
	for _, r := range rounds {
		n += len(r.Samples)
	}
	return n
}

// enough says after so many rounds, of which round was the last one, why the next is not taken;
// or "".
func (x *experiment) enough(rounds, round, next int, took time.Duration) (string, error) {
	if x.Precision > 0 && rounds >= firstLook && (rounds-firstLook)%lookEach == 0 {
		samples, err := x.run.Samples()
		if err != nil {
			return "", err
		}
		s, err := stats.Summarise(x.run.Info(), samples)
		if err != nil {
			return "", err
		}
		if known := s.Precision(); known <= x.Precision {
			return fmt.Sprintf("after %d rounds every ratio is known to %.1f%%, as --precision asked", rounds, 100*known), nil
		}
	}
	if x.Budget == 0 && x.Look == nil {
		return "", nil
	}
	if begun, err := x.inForce(next); err != nil || len(begun.Samples) > 0 {
		return "", err // the run is resumed, and this round was taken before
	}
	if x.Look != nil {
		if stop, err := x.Look(x.run); stop != "" || err != nil {
			return stop, err
		}
	}
	if x.Budget == 0 {
		return "", nil
	}
	have, err := x.inForce(round)
	if err != nil {
		return "", err
	}
	if x.left() < took+x.profileTime(have) {
		return fmt.Sprintf("after %s another would not fit --budget %v", spell.Plural(rounds, "round"), x.Budget), nil
	}
	return "", nil
}

// overBudget says that the budget is used up, or "". A run then ends in the
// middle of a round; resumed, it uses the samples of that round.
func (x *experiment) overBudget() string {
	if x.Budget == 0 || x.left() > 0 {
		return ""
	}
	return fmt.Sprintf("--budget %v was used up within a round", x.Budget)
}

// profileTime estimates the time of the profiled passes from the samples of a round: each
// pass runs some ops of each cell, and writes files.
func (x *experiment) profileTime(round results.Round) time.Duration {
	if x.Profile == NoProfiles {
		return 0
	}
	var sum time.Duration
	for _, c := range x.profiledCells() {
		s := round.Samples[c.Name()]
		op, cpus := opOf(s.Line)
		for _, pass := range profiles.Passes() {
			sum += time.Duration(s.Seconds*float64(time.Second)) + time.Duration(profiledOps(pass, op, cpus, x.profileCPU())-x.opsOf(c))*op
		}
	}
	return sum * 5 / 4
}

// displayName is a cell's name without the codec and size that rarely vary.
func displayName(c bench.Cell) string {
	name := fmt.Sprintf("%s window=%d procs=%d", c.Placement, c.Window, c.Procs)
	if c.Foreign() {
		name = string(c.Client) + " " + name
	}
	if c.Rev != "" {
		name += " " + c.Rev
	}
	if c.AA != "" {
		name += " A/A control"
	}
	return name
}
