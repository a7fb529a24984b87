package mockserver

import (
	"context"
	"net/url"
	"testing"
	"time"

	"collatebench/mockserver/recording"
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

// TestRecordedTimes are those since the request was sent on: until then it was on its way, as it is again.
func TestRecordedTimes(t *testing.T) {
	const ms = time.Millisecond
	at, err := url.Parse("http://a/1")
	if err != nil {
		t.Fatal(err)
	}
	exchange := func(sent, first, whole time.Duration) *replayed {
		p := &replay{recording: &recording.Recording{}, hosts: map[string]bool{}, bodies: map[recording.Digest]*wireBody{}}
		return p.exchange(&recording.Exchange{
			Method: "GET", URL: at, Status: 200, Proto: "HTTP/1.1",
			Clocks: recording.Clocks{Sent: sent, First: first, Whole: whole}, Pieces: []recording.Piece{{At: first + ms, Bytes: 1}, {At: whole, Bytes: 1}},
		}, 0)
	}
	for _, c := range []struct{ sent, first, whole, wantFirst, wantEnd time.Duration }{
		{20 * ms, 50 * ms, 60 * ms, 30 * ms, 40 * ms},
		{-1, 50 * ms, 60 * ms, 50 * ms, 60 * ms}, // unknown
		{80 * ms, 50 * ms, 90 * ms, 0, 40 * ms},  // answered before it had all of the request
		{20 * ms, -1, 60 * ms, 0, 60 * ms},       // the header's time is not known
	} {
		x := exchange(c.sent, c.first, c.whole)
		if x.first != c.wantFirst || x.end != c.wantEnd || x.pieces[0].At < x.first || x.pieces[1].At > x.end {
			t.Errorf("sent at %v, first byte at %v, whole at %v: %v and %v, pieces %v", c.sent, c.first, c.whole, x.first, x.end, x.pieces)
		}
	}
}
