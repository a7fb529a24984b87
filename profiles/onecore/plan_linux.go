package onecore

import (
	"errors"
	"maps"
	"slices"
	"time"

	"collatebench/internal/proc"

	"golang.org/x/sys/unix"
)

// A plan is all that is needed to let a process tree go. The guard has a copy before anything
// is changed.
type plan struct {
	Old, Held unix.CPUSet
	// Whole: Old is all that the process could have, see isWhole.
	Whole bool
	Known []proc.ID // processes that are held, or may be
	// Since is when the guard began. What descends from the known ones and was born since
	// may have inherited the one core.
	Since uint64
	// What the parent of an orphan was is not to be seen. One that was born since is taken for
	// ours if it has the one core, a parent to which orphans of ours come, and the control group
	// of ours, and also a process group of ours or, a daemon, another session than its parent.
	Reapers, Groups []int
	Cgroup          string
	Apart           map[int]uint64 // threads with another affinity: when they began
}

// know adds a process to those that are held.
func (p *plan) know(s proc.Stat) {
	p.Known = append(p.Known, s.ID)
	if !slices.Contains(p.Groups, s.Group) {
		p.Groups = append(p.Groups, s.Group)
	}
}

func (p *plan) knows(s proc.Stat) bool { return slices.Contains(p.Known, s.ID) }

// turn gives a thread that has one affinity another, and notes one that has neither.
func (p *plan) turn(tid int, from, to unix.CPUSet) (changed bool, err error) {
	now, alive, err := affinityOf(tid)
	if err != nil || !alive || now == to {
		return false, err
	}
	if now != from {
		p.setApart(tid)
		return false, nil
	}
	if p.isApart(tid) {
		return false, nil
	}
	if to == p.Old && p.Whole {
		return p.widen(tid)
	}
	return setAffinity(tid, to)
}

// widen gives a thread all that it could have, and then what it had if that is less.
func (p *plan) widen(tid int) (alive bool, err error) {
	if alive, err := setAffinity(tid, everyCore()); err != nil || !alive {
		return alive, err
	}
	if now, alive, err := affinityOf(tid); err != nil || !alive || now == p.Old {
		return alive, err
	}
	return setAffinity(tid, p.Old)
}

func (p *plan) setApart(tid int) {
	if s, err := proc.Read(tid); err == nil {
		p.Apart[tid] = s.Began
	}
}

// isApart compares when the thread began too: the number may be another's by now.
func (p *plan) isApart(tid int) bool {
	began, known := p.Apart[tid]
	if !known {
		return false
	}
	s, err := proc.Read(tid)
	return err == nil && s.Began == began
}

// isYoung says that a thread was born since.
func (p *plan) isYoung(tid int) bool {
	s, err := proc.Read(tid)
	return err == nil && s.Began >= p.Since
}

// turnAll turns all threads of the processes once. One that can't be held ends it; one that
// can't be let go leaves the others to be let go.
func (p *plan) turnAll(pids []int, from, to unix.CPUSet) (changed int, failed error) {
	for _, pid := range pids {
		tids, err := proc.Threads(pid)
		if err != nil {
			failed = err
		}
		for _, tid := range tids {
			did, err := p.turn(tid, from, to)
			if err != nil && to == p.Held {
				return changed, err
			} else if err != nil {
				failed = err
			}
			if did {
				changed++
			}
		}
	}
	return changed, failed
}

// held lists the processes that may be held: known ones, and what was born since of them.
func (p *plan) held(all map[int]proc.Stat) []int {
	ours := map[int]bool{}
	for _, k := range p.Known {
		if all[k.Number].ID == k {
			ours[k.Number] = true
		}
	}
	for grew := true; grew; {
		grew = false
		for pid, s := range all {
			if !ours[pid] && s.Began >= p.Since && (ours[s.Parent] || p.isOrphan(s, all)) {
				ours[pid], grew = true, true
			}
		}
	}
	return slices.Sorted(maps.Keys(ours))
}

func (p *plan) isOrphan(s proc.Stat, all map[int]proc.Stat) bool {
	if !slices.Contains(p.Reapers, s.Parent) || !slices.Contains(p.Groups, s.Group) && s.Session == all[s.Parent].Session {
		return false
	}
	now, _, err := affinityOf(s.Number)
	return err == nil && now == p.Held && cgroupOf(s.Number) == p.Cgroup
}

// A thread that is being made is not listed yet, and inherits what its maker had when that
// began: a process of many gigabytes takes a while to copy. And a list that is read while
// threads end may lack some. So it takes several passes in a row that find nothing to do,
// with pauses between them.
var (
	soon     = []time.Duration{time.Millisecond}
	forSure  = []time.Duration{time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond}
	byGuard  = append(slices.Clone(forSure), time.Second) // which keeps nobody waiting
	patience = 10 * time.Second
)

// letGo lets go of every thread that is held, until it finds none.
func (p *plan) letGo(pauses []time.Duration) error {
	return untilClean(pauses, func() (int, error) {
		all, err := readAll()
		if err != nil {
			return 0, err
		}
		return p.turnAll(p.held(all), p.Held, p.Old)
	})
}

var errPatience = errors.New("threads are born faster than their affinity can be set")

// untilClean repeats a pass until it changes nothing, with each of the pauses before one more.
func untilClean(pauses []time.Duration, pass func() (changed int, err error)) error {
	for began, i := time.Now(), 0; ; {
		changed, err := pass()
		switch {
		case changed > 0 && time.Since(began) > patience:
			return errors.Join(err, errPatience)
		case changed > 0:
			i = 0
		case i == len(pauses):
			return err
		default:
			time.Sleep(pauses[i])
			i++
		}
	}
}
