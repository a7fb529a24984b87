package onecore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

func compare(ctx context.Context, s Subject, o Options) (c Comparison, err error) {
	h, err := newHand(s)
	if err != nil {
		return c, err
	}
	if c.Core, err = quietest(ctx, h.plan.Old); err != nil {
		return c, err
	}
	h.plan.Held.Set(c.Core)
	if h.guard, err = startGuard(); err != nil {
		return c, err
	}
	h.plan.Since = h.guard.began
	defer func() { // also when a function of the caller panics
		if failed := h.open(); failed != nil && err != nil {
			err = fmt.Errorf("%w; let it go: %w", err, failed)
		} else if failed != nil {
			err = fmt.Errorf("let it go: %w", failed)
		}
		c.Apart = slices.Sorted(maps.Keys(h.plan.Apart))
	}()
	for i := range o.Pairs {
		// The last part is on all cores: then what was being made while it was held is there
		// when the last of it is let go.
		p, err := h.pair(ctx, o, i%2 == (o.Pairs-1)%2)
		if err != nil {
			return c, err
		}
		c.Pairs = append(c.Pairs, p)
		o.Progress(i+1, o.Pairs)
	}
	return c, nil
}

// pair is one part held to one core and one on all, in this order or the other.
func (h *hand) pair(ctx context.Context, o Options, oneFirst bool) (p Pair, err error) {
	for _, one := range []bool{oneFirst, !oneFirst} {
		rate, err := h.part(ctx, o, one)
		if !h.lives() {
			return p, ErrEnded // whatever came of that
		} else if err != nil {
			return p, err
		}
		if one {
			p.One = rate
		} else {
			p.All = rate
		}
	}
	return p, nil
}

// part is what is done a second, in one of the two states.
func (h *hand) part(ctx context.Context, o Options, one bool) (rate float64, err error) {
	switched := one != h.holds
	if switched {
		if err := h.turn(one); err != nil {
			return 0, err
		}
	}
	if err := h.wait(ctx, o.Settle); err != nil {
		return 0, err
	}
	// Once more, for what was being made during the switch. Not without one: what has the one
	// core then was given it by somebody else.
	switch {
	case switched && one:
		err = h.close()
	case switched:
		err = h.plan.letGo(nil)
	}
	if err != nil {
		return 0, err
	}
	return h.count(ctx, o.Each)
}

func (h *hand) count(ctx context.Context, d time.Duration) (rate float64, err error) {
	before, err := h.subject.Done()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := h.wait(ctx, d); err != nil {
		return 0, err
	}
	after, err := h.subject.Done()
	took := time.Since(began)
	switch {
	case err != nil:
		return 0, err
	case after < before:
		return 0, fmt.Errorf("what it has done went back from %g to %g", before, after)
	}
	return (after - before) / took.Seconds(), nil
}

// wait waits, and ends early where there is nothing to wait for.
func (h *hand) wait(ctx context.Context, d time.Duration) error {
	end, tick := time.NewTimer(d), time.NewTicker(beat)
	defer end.Stop()
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-h.guard.gone:
			return ErrGuard
		case <-end.C:
			return nil
		case <-tick.C:
			if !h.lives() {
				return ErrEnded
			}
			if h.holds {
				if err := h.guard.say(stillHeld); err != nil {
					return err
				}
			}
		}
	}
}
