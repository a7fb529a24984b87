// Package onecore holds a live process to one core and lets it go again, in short pairs,
// and compares how fast it is in each: a serial program loses little, a parallel one its cores.
//
//	c, err := onecore.Compare(context.Background(), onecore.Subject{PID: os.Getpid(), Done: received}, onecore.Options{})
//	for _, p := range c.Pairs {
//		fmt.Printf("%.2f times as fast on all cores\n", p.All/p.One)
//	}
//	fmt.Println(errors.Is(err, onecore.ErrSelf))
//
// It does not know what the program does, nor what a ratio means.
//
// # What is changed, and how it is set back
//
// The affinity of every thread of the process and of its descendants, whose threads must all
// have the same one. It is set back before Compare returns or panics, also for threads and
// processes that were born meanwhile, which inherit it. If this process is killed, stopped for
// seconds or hangs, its guard sets it back: a child of this program in a mode of its own, which
// main must offer before anything else, as must the TestMain of tests:
//
//	if onecore.IsGuard(os.Args) {
//		os.Exit(onecore.Guard(os.Stdin, os.Stdout))
//	}
//
// Only what still has the one core that was set here is changed back: a thread to which
// somebody else gave another affinity meanwhile keeps it, and is listed.
//
// # What can't be undone
//
// A program that is started by the process while it is held, and sizes itself by the cores that
// it may use, keeps that size: a Go program has GOMAXPROCS=1 then. A thread that asks for
// just that one core of its own accord, while it is held there or when it was born meanwhile,
// loses it. A child that becomes another user's while held (sudo) can't be let go without that
// user's rights, which is an error.
package onecore

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"time"
)

// Options say how long a process is held and how often. The zero value works.
type Options struct {
	Pairs int           // 0 is 6
	Each  time.Duration // of one part of a pair, counted; 0 is 800 ms
	// Settle is the time after each switch that is not counted: what the caches and the
	// queues hold is of the part before. 0 is 100 ms, and 1.2 s of a Go program: since Go 1.25 its
	// runtime looks once a second how many cores it may use, and sets GOMAXPROCS to that.
	Settle time.Duration
	// Progress is called after each pair, if it is set.
	Progress func(pair, of int)
}

// A Subject is what is held, and how to see what it gets done.
type Subject struct {
	PID int
	// Tree lists the processes to hold now, PID with them; nil is PID and all that descend
	// from it. What those start is let go whether it is in the list or not.
	Tree func() []int
	// Done counts what the process has done so far, in any unit. It never goes back.
	Done func() (float64, error)
}

// A Pair is what was done a second, held to one core and on all of its cores.
type Pair struct {
	One, All float64
}

// A Comparison is what Compare found.
type Comparison struct {
	Core  int // to which the process was held
	Pairs []Pair
	// Apart are threads to which somebody else gave an affinity meanwhile, or they
	// themselves. They were left as they are, so they count as if they were not held.
	Apart []int
}

// Errors of processes that are not held, or no longer. They are wrapped.
var (
	ErrNoProcess  = errors.New("there is no such process")
	ErrEnded      = errors.New("it has ended")
	ErrSelf       = errors.New("it is this program, or what started it")
	ErrOneCore    = errors.New("it may run on one core alone")
	ErrPerThread  = errors.New("its threads have affinities of their own")
	ErrNotAllowed = errors.New("its affinity may not be set by this user")
	ErrChanged    = errors.New("somebody else changed its affinity meanwhile")
	ErrGuard      = errors.New("its guard is gone, which lets it go if this program is killed or stopped")
	ErrSystem     = errors.New("only Linux lets one process hold another to a core")
)

// Compare holds the process to one core and lets it go, in pairs whose order alternates, so
// that what drifts cancels out. Whenever it ends, no thread is held any longer. An error comes
// with the pairs that were whole before it: that the process ended, that ctx was done, ...
//
// The core is the one with the least load of those that the process may use. The load counts
// the process too: it is where the process runs least, and others.
func Compare(ctx context.Context, s Subject, o Options) (Comparison, error) {
	c, err := compare(ctx, s, o.filled(s.PID))
	if err != nil {
		return c, fmt.Errorf("hold process %d to one core: %w", s.PID, err)
	}
	return c, nil
}

func (o Options) filled(pid int) Options {
	if o.Pairs == 0 {
		o.Pairs = 6
	}
	if o.Each == 0 {
		o.Each = 800 * time.Millisecond
	}
	if o.Settle == 0 {
		o.Settle = 100 * time.Millisecond
		if _, err := buildinfo.ReadFile(fmt.Sprintf("/proc/%d/exe", pid)); err == nil {
			o.Settle = 1200 * time.Millisecond
		}
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	return o
}

// guardMode is the one argument of a guard.
const guardMode = "guard-of-affinities"

// IsGuard says that this process was started to be a guard, by its arguments with its name.
func IsGuard(args []string) bool { return len(args) == 2 && args[1] == guardMode }
