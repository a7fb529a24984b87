package onecore

import (
	"os"
	"slices"
	"time"

	"collatebench/internal/proc"
)

// A hand holds a process tree, or not.
type hand struct {
	root    proc.ID
	subject Subject
	plan    *plan
	guard   *guard
	holds   bool
	freed   time.Time // when it last let go, if it did
}

// newHand looks at the tree, and refuses one that can't be held. It changes nothing.
func newHand(s Subject) (*hand, error) {
	if IsGuard(os.Args) { // and main did not ask: each would start one more
		return nil, ErrSelf
	}
	root, err := proc.Read(s.PID)
	switch {
	case proc.Gone(err):
		return nil, ErrNoProcess
	case err != nil:
		return nil, err
	case root.Ended():
		return nil, ErrEnded
	}
	h := &hand{root: root.ID, subject: s, plan: &plan{Reapers: reapersOf(root), Cgroup: cgroupOf(s.PID), Apart: map[int]uint64{}}}
	var alive bool
	if h.plan.Old, alive, err = affinityOf(s.PID); err != nil {
		return nil, err
	} else if !alive {
		return nil, ErrEnded
	}
	if _, err := h.join(); err != nil {
		return nil, err
	}
	if err := h.look(); err != nil {
		return nil, err
	}
	switch {
	case len(h.plan.Apart) > 0:
		return nil, ErrPerThread
	case h.plan.Old.Count() < 2:
		return nil, ErrOneCore
	}
	h.plan.Whole = isWhole(s.PID, h.plan.Old)
	return h, nil
}

// tree lists the processes to hold.
func (h *hand) tree() (out []proc.Stat, err error) {
	all, err := readAll()
	if err != nil {
		return nil, err
	}
	pids := below(h.root.Number, all)
	if h.subject.Tree != nil {
		pids = append(h.subject.Tree(), h.root.Number)
	}
	for _, pid := range pids {
		if s, alive := all[pid]; alive && (pid != h.root.Number || s.ID == h.root) {
			out = append(out, s)
		}
	}
	return out, nil
}

// join adds the processes that are in the tree by now to those that are known.
func (h *hand) join() (grew bool, err error) {
	tree, err := h.tree()
	if err != nil {
		return false, err
	}
	ours := append(above(os.Getpid()), os.Getpid())
	for _, s := range tree {
		if slices.Contains(ours, s.Number) {
			return false, ErrSelf
		}
		if !h.plan.knows(s) {
			h.plan.know(s)
			grew = true
		}
	}
	return grew, nil
}

// look notes the threads whose affinity is not that of the process, while nothing is held. A
// young one with the one core is late: it was being made while its maker was held.
func (h *hand) look() error {
	common := 0 // threads of the root with the affinity that it had
	for _, k := range h.plan.Known {
		tids, err := proc.Threads(k.Number)
		if err != nil {
			return err
		}
		for _, tid := range tids {
			now, alive, err := affinityOf(tid)
			switch {
			case err != nil:
				return err
			case alive && now == h.plan.Held && h.plan.isYoung(tid):
				if _, err := h.plan.turn(tid, h.plan.Held, h.plan.Old); err != nil {
					return err
				}
			case alive && now != h.plan.Old:
				h.plan.setApart(tid)
			case alive && k == h.root:
				common++
			}
		}
	}
	if common == 0 && h.lives() {
		return ErrChanged
	}
	return nil
}

func (h *hand) lives() bool {
	s, err := proc.Read(h.root.Number)
	return err == nil && s.ID == h.root && !s.Ended()
}

func (h *hand) turn(one bool) error {
	if one {
		return h.hold()
	}
	return h.free()
}

// hold holds all threads of the tree. The guard knows what to let go before one is.
func (h *hand) hold() error {
	h.plan.Known = slices.DeleteFunc(h.plan.Known, func(k proc.ID) bool {
		s, err := proc.Read(k.Number)
		return proc.Gone(err) || err == nil && s.ID != k
	})
	if _, err := h.join(); err != nil {
		return err
	}
	if err := h.look(); err != nil {
		return err
	}
	h.holds = true
	if err := h.guard.promise(h.plan); err != nil {
		return err
	}
	return h.close()
}

// close holds what is not held yet, until it finds nothing.
func (h *hand) close() error {
	return untilClean(soon, func() (int, error) {
		grew, err := h.join()
		if err != nil {
			return 0, err
		}
		if grew {
			if err := h.guard.promise(h.plan); err != nil {
				return 0, err
			}
		}
		pids := make([]int, len(h.plan.Known))
		for i, k := range h.plan.Known {
			pids[i] = k.Number
		}
		if err := h.guard.say(stillHeld); err != nil { // thousands of threads take a while
			return 0, err
		}
		return h.plan.turnAll(pids, h.plan.Old, h.plan.Held)
	})
}

// free lets go for a while.
func (h *hand) free() error {
	if err := h.plan.letGo(soon); err != nil {
		return err
	}
	h.holds, h.freed = false, time.Now()
	return h.guard.say(letGo)
}

// open lets go for good, and ends the guard. If letting go fails here, the guard tries too.
func (h *hand) open() error {
	pauses := soon
	if h.holds || time.Since(h.freed) < 500*time.Millisecond {
		pauses = forSure
	}
	err := h.plan.letGo(pauses)
	h.guard.end(err == nil)
	return err
}
