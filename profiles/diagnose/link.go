package diagnose

import (
	"slices"

	"golang.org/x/exp/trace"
)

// A link is the waits at one site that goroutines of one group ended, at one place of
// theirs; or that no goroutine did.
type link struct {
	number  int // in the links of its site
	site    *site
	waker   *group   // nil if no goroutine ended them
	release string   // file:line in the waker; "" where it was not asked for
	what    activity // where no goroutine ended them

	time  trace.Time // sum of the waits
	n     int64
	turns int64  // the wakers' turns in which they ended one
	turn  turnID // the last of these

	charged trace.Time // those of time that were followed
	charges [activities]trace.Time
	holders []holder // where the wakers waited themselves
}

// A holder is where those waited who held others up.
type holder struct {
	what activity
	site *site
	time trace.Time
}

// maxHolders bounds them for each link; the first come stay.
const maxHolders = 12

// charge adds the time from since to until, and returns since.
func (l *link) charge(what activity, at *site, until, since trace.Time) trace.Time {
	if until <= since {
		return until
	}
	l.charges[what] += until - since
	if at == nil {
		return since
	}
	for i := range l.holders {
		if o := &l.holders[i]; o.what == what && o.site == at {
			o.time += until - since
			return since
		}
	}
	if len(l.holders) < maxHolders {
		l.holders = append(l.holders, holder{what, at, until - since})
	}
	return since
}

// part is the share of the waits that went to an activity, of what is known. Waits that go
// on at the trace's end are taken for what the others at that site are.
func (l *link) part(what ...activity) float64 {
	links := []*link{l}
	if l.charged == l.charges[unknown] {
		links = l.site.links
	}
	var sum, known trace.Time
	for _, o := range links {
		if o.charged == 0 {
			continue
		}
		// What was followed stands for all of the link.
		scale := float64(o.time) / float64(o.charged)
		for w, d := range o.charges {
			if activity(w) == unknown {
				continue
			}
			d = trace.Time(float64(d) * scale)
			known += d
			if slices.Contains(what, activity(w)) {
				sum += d
			}
		}
	}
	return float64(sum) / float64(max(known, 1))
}

// mostly is the share of waits from which on all of them count as that.
const mostly = .5

// burst is the mean number of these waits that a waker ends in one turn.
func (l *link) burst() float64 { return float64(l.n) / float64(max(l.turns, 1)) }

// oftenFollowed, waits: of the further ones of a link, one in seldom is followed.
const (
	oftenFollowed = 512
	seldom        = 8
)

// add adds a wait of a goroutine that a waker, or nobody, ended.
func (l *link) add(d trace.Time, by turnID) {
	l.time += d
	l.n++
	if l.waker != nil && by != l.turn {
		l.turn = by
		l.turns++
	}
}

func (l *link) followed() bool { return l.n <= oftenFollowed || l.n%seldom == 0 }
