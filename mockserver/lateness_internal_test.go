package mockserver

import (
	"context"
	"testing"
	"time"
)

// TestLateness: a timer is set as much earlier as timers are late, and no lateness makes a pause end
// for ever at once.
func TestLateness(t *testing.T) {
	var l lateness
	for range 100 * lateWeight {
		l.note(time.Hour)
	}
	if !l.pause(context.Background(), time.Minute) { // with the lateness taken off there is nothing to wait for
		t.Fatal("the pause was broken off")
	}
	for range 100 * lateWeight { // each shows that nothing was late
		l.pause(context.Background(), time.Minute)
		if time.Duration(l.mean.Load()) < time.Minute {
			break
		}
	}
	if mean := time.Duration(l.mean.Load()); mean >= time.Minute {
		t.Errorf("still %v", mean)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	var on lateness
	if on.pause(ended, time.Hour) {
		t.Error("a client that has gone was waited for")
	}
}
