package runner

import (
	"time"

	"golang.org/x/sys/unix"
)

// readTries bounds how often clocks are read anew because something came between.
const readTries = 5

// readClocks reads the three clocks within a millisecond, if the machine lets it.
func readClocks() clocks {
	var c clocks
	for range readTries {
		before := readClock(unix.CLOCK_MONOTONIC)
		c.boot, c.wall = readClock(unix.CLOCK_BOOTTIME), readClock(unix.CLOCK_REALTIME)
		c.monotonic = readClock(unix.CLOCK_MONOTONIC)
		if c.monotonic-before < time.Millisecond {
			break
		}
	}
	return c
}

func readClock(id int32) time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(id, &t) // every kernel that Go runs on has the three
	return time.Duration(t.Nano())
}
