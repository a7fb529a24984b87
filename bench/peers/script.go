package peers

import (
	"net/http"
	"time"

	"collatebench/mockserver/behaviour"
)

// A script serves a request in place of the upstream; most end in u.answer.
type script func(u *upstream, w http.ResponseWriter, r *http.Request, id int)

// idleLimit is how long an upstream waits for the next request.
const idleLimit = 2 * time.Second

// answer is the script that only does what the faults say.
func (u *upstream) answer(w http.ResponseWriter, r *http.Request, id int) {
	f, faulty := u.faults[id]
	if !faulty {
		u.good.ServeHTTP(w, r)
		return
	}
	if f != behaviour.Stall { // which ends nothing by itself
		defer u.expectEnd()
	}
	u.bad[f].ServeHTTP(w, r)
}

// expectEnd notes that the client must end from now on.
func (u *upstream) expectEnd() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.over {
		u.over = true
		close(u.mustEnd)
	}
}

// await waits until met is true; it calls met with u.mu held. It gives up, and
// returns false, when no request comes or ends for idleLimit, or the client is gone.
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
		case <-time.After(idleLimit):
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
