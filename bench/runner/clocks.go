package runner

import (
	"fmt"
	"time"

	"collatebench/internal/spell"
)

// clocks are readings at one moment. All durations of a run are differences of the monotonic
// clock, as time.Time has it: the two others are read to see what happened to it.
type clocks struct {
	monotonic time.Duration // stands still while the machine is suspended
	boot      time.Duration // goes on then; as monotonic where there is no such clock
	wall      time.Duration // is set to what people call the time
}

// A lapse is what clocks went through between two readings.
type lapse struct {
	lasted    time.Duration // by the monotonic clock
	suspended time.Duration
	set       time.Duration // how far the wall clock was set, forward if above 0
}

func (c clocks) since(before clocks) lapse {
	boot := c.boot - before.boot
	l := lapse{lasted: c.monotonic - before.monotonic}
	l.suspended, l.set = boot-l.lasted, c.wall-before.wall-boot
	return l
}

// Slewing, as ntpd does it, turns all three clocks alike, so what remains are steps, and the
// time that reading the three takes. Below a hundredth of a sample nobody sees a step, also
// not a client that takes its figures from the wall clock.
const (
	leastStep   = 20 * time.Millisecond
	stepShare   = 100
	standsStill = time.Second // without a turn of a loop that has one each vigilTurn
)

// flags says what happened to the clocks during a sample.
func (l lapse) flags() []string {
	least := max(leastStep, l.lasted/stepShare)
	var out []string
	if l.suspended > least {
		out = append(out, "the machine was suspended for "+spell.Duration(l.suspended.Seconds()))
	}
	if l.set.Abs() > least {
		way := "forward"
		if l.set < 0 {
			way = "back"
		}
		out = append(out, fmt.Sprintf("the clock was set %s %s", spell.Duration(l.set.Abs().Seconds()), way))
	}
	return out
}
