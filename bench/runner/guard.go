package runner

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"collatebench/internal/allowance"
	"collatebench/internal/turn"
	"collatebench/results"
)

// A Guard says what a run does about others on its machine before it starts. The zero Guard
// looks at nothing, and lets runs go side by side.
type Guard struct {
	Lock string // path of the file whose lock one run at a time has; "" for none
	// Look says what others take of what a client with so many threads may use; nil does not
	// look. [LookAround] looks at this machine.
	Look  func(ctx context.Context, procs int) (Load, error)
	Wait  time.Duration // for an upstream elsewhere to answer, for another run to end, and for calm; 0 does not wait
	Force bool          // goes on where a run is refused, and marks it
}

// A Load is what others took of a machine in a while, in cores.
type Load struct {
	Steal, Others, Of float64
	// Share is what that is of what the client wants, from 0 to 1, and Busy says that a sample
	// of that while would have been flagged.
	Share float64
	Busy  bool
}

const (
	lookTime = time.Second // as long as a sample, about
	// A run is refused where others took more than hopeless of what it wants in each of
	// manyLooks looks one after the other. Less than that disturbs samples too, which are then
	// taken again and flagged: half of a shared machine may be all that there is.
	hopeless  = .4
	manyLooks = 5

	lockPoll  = 200 * time.Millisecond // between tries to have the lock
	toldEvery = 10 * time.Second       // between lines while a run waits
)

// A BusyError says that a run was not started: others use the machine. Nothing is written.
type BusyError struct{ msg string }

func (e *BusyError) Error() string { return e.msg }

// LookAround looks for a second at what other processes and the host take of this machine. It
// judges them as the samples are judged. Where there is no /proc all is calm.
func LookAround(ctx context.Context, procs int) (Load, error) {
	m := thisMachine()
	if !m.known {
		return Load{}, nil
	}
	for {
		before, began := m.read(0), time.Now()
		if err := sleep(ctx, lookTime); err != nil {
			return Load{}, err
		}
		spent, lasted := m.read(0).since(before), time.Since(began)
		if lasted < lookTime+standsStill { // or all stood still, as in a container that is frozen: that looks calm
			return loadOf(takenOf(m.may, spent, 0, lasted.Seconds()), m, procs), nil
		}
	}
}

func loadOf(t taken, m machine, procs int) Load {
	steal, others := t.shares(m.may, procs)
	return Load{Steal: t.steal, Others: t.others, Of: m.may.CPUs(), Share: steal + others, Busy: len(t.flags(m.may, procs)) > 0}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ErrInterrupted
	case <-time.After(d):
		return nil
	}
}

// An entry is a guard at work.
type entry struct {
	Guard
	notes    io.Writer // may be nil
	began    time.Time
	told     time.Time // when a line on waiting was last written
	deadline time.Time
}

// enter waits, or refuses, as the guard says. It returns what there was on the machine, and
// the turn to be given back; nil without a lock.
func (g Guard) enter(ctx context.Context, procs int, notes io.Writer) (results.Outset, *turn.Turn, error) {
	e := entry{Guard: g, notes: notes, began: time.Now()}
	e.deadline = e.began.Add(g.Wait)
	mine, beside, err := e.take(ctx)
	if err != nil {
		return results.Outset{}, nil, err
	}
	o, err := e.calm(ctx, procs)
	if err != nil {
		mine.End()
		return o, nil, err
	}
	o.At, o.Beside, o.Forced = time.Now(), beside, o.Forced || beside != ""
	if !e.told.IsZero() {
		o.Waited = time.Since(e.began).Seconds()
	}
	return o, mine, nil
}

// Hold takes the machine for runs that follow one another, each of them without a guard of its own, and
// returns what gives it back. It waits, or refuses, as a run of all of its cores does.
func (g Guard) Hold(ctx context.Context, notes io.Writer) (end func(), err error) {
	if g.Lock == "" && g.Look == nil {
		return func() {}, nil
	}
	_, mine, err := g.enter(ctx, allowance.Here().Threads(), notes)
	return mine.End, err
}

// take takes the lock. beside is who has it, where the run goes on without.
func (e *entry) take(ctx context.Context) (mine *turn.Turn, beside string, err error) {
	for e.Lock != "" {
		mine, holder, err := turn.Take(e.Lock)
		switch {
		case err != nil:
			e.note("can't tell whether another run is on this machine: %v\n", err)
			return nil, "", nil
		case mine != nil:
			_ = mine.Say(turn.Holder{PID: os.Getpid(), Since: time.Now()}) // if the file is another user's, others learn no more than that it is locked
			return mine, "", nil
		case e.left() > 0:
			e.waiting("%v to end", holder)
			if err := sleep(ctx, min(lockPoll, e.left())); err != nil {
				return nil, "", err
			}
		case e.Force:
			e.note("warning: %v is on this machine; --force goes on beside it\n", holder)
			return nil, holder.String(), nil
		default:
			return nil, "", &BusyError{fmt.Sprintf("%v is on this machine%s, and two runs at once disturb each other: --wait 10m waits for it to end, --force goes on and marks this run",
				holder, e.after())}
		}
	}
	return nil, "", nil
}

// calm looks until the machine is calm, or the guard does not wait for that.
func (e *entry) calm(ctx context.Context, procs int) (results.Outset, error) {
	o := results.Outset{Governor: governorOf(cpufreqDir)}
	o.MinMHz, _ = clockOf(cpufreqDir, "cpuinfo_min_freq")
	_, o.MaxMHz = clockOf(cpufreqDir, "cpuinfo_max_freq")
	for inARow := 0; e.Look != nil; {
		l, err := e.Look(ctx, procs)
		if err != nil {
			return o, err
		}
		o.Steal, o.Others, o.Of, o.Busy = l.Steal, l.Others, l.Of, l.Busy
		if inARow++; l.Share <= hopeless {
			inARow = 0
		}
		switch {
		case !l.Busy:
			return o, nil
		case e.left() > 0:
			e.waiting("calm: others use %s", o.Took())
		case inARow == 0:
			e.note("warning: others use %s%s: samples that they disturb are taken again, and flagged where that does not help; --wait 2m waits for calm\n", o.Took(), e.after())
			return o, nil
		case e.Force:
			o.Forced = true
			e.note("warning: others use %s%s; --force goes on, and the run is marked\n", o.Took(), e.after())
			return o, nil
		case inARow >= manyLooks:
			return o, &BusyError{fmt.Sprintf("others use %s%s, and no sample would be undisturbed: end them, or --wait 2m waits for calm, --force goes on and marks the run", o.Took(), e.after())}
		}
	}
	return o, nil
}

func (e *entry) left() time.Duration { return time.Until(e.deadline) }

// after says how long the run waited; "" if it did not.
func (e *entry) after() string {
	if e.Wait == 0 {
		return ""
	}
	return fmt.Sprintf(" after %v", e.Wait)
}

// waiting tells now and then what the run waits for.
func (e *entry) waiting(format string, args ...any) {
	if !e.told.IsZero() && time.Since(e.told) < toldEvery {
		return
	}
	e.told = time.Now()
	e.note("waiting up to %v for %s\n", e.left().Round(time.Second), fmt.Sprintf(format, args...))
}

func (e *entry) note(format string, args ...any) {
	if e.notes != nil {
		fmt.Fprintf(e.notes, format, args...)
	}
}

// enter has the run wait for its machine, or refuses it.
func (x *experiment) enter(ctx context.Context) error {
	if x.Guard.Lock == "" && x.Guard.Look == nil {
		return nil
	}
	o, mine, err := x.Guard.enter(ctx, widest(x.cells).Procs, x.Notes)
	if err != nil {
		return err
	}
	x.outset, x.turn, x.began = &o, mine, time.Now() // waiting is not of the budget
	return nil
}

// entered adds to the run's record what there was on the machine, and tells other runs the
// name of this one.
func (x *experiment) entered(info *results.Info) {
	if x.outset == nil {
		return
	}
	info.Outsets = append(info.Outsets[:len(info.Outsets):len(info.Outsets)], *x.outset)
	_ = x.turn.Say(turn.Holder{PID: os.Getpid(), Run: info.ID, Since: x.outset.At}) // as in take
}
