package peers

import (
	"net/http"
	"time"

	"collatebench/mockserver/behaviour"
)

// A script does something in place of the upstream, or answers by u.answer.
type script func(u *upstream, w http.ResponseWriter, r *http.Request, id int)

// quiet is how long an upstream that waits for requests waits for the next one.
const quiet = 2 * time.Second

// answer is the script that does nothing but what the faults say.
func (u *upstream) answer(w http.ResponseWriter, r *http.Request, id int) {
	f, struck := u.faults[id]
	if !struck {
		u.good.ServeHTTP(w, r)
		return
	}
	if f != behaviour.Stall { // which ends nothing by itself
		defer u.strike()
	}
	u.bad[f].ServeHTTP(w, r)
}

// strike notes that the client has to end now.
func (u *upstream) strike() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.over {
		u.over = true
		close(u.struck)
	}
}

// await waits until met, which is called with u.mu held, says so. It gives up,
// and is false, once nothing has come or gone for a while, or the client is gone.
func (u *upstream) await(r *http.Request, met func() bool) bool {
	for {
		u.mu.Lock()
		done, changed := met(), u.changed
		u.mu.Unlock()
		if done {
			return true
		}
		select {
		case <-changed:
		case <-time.After(quiet):
			return false
		case <-r.Context().Done():
			return false
		}
	}
}

// pause waits, unless the client goes away.
func pause(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
	}
}
