package peers

import (
	"net/http"
	"slices"
)

// judgeProxy names a proxy in the environment that does not listen.
func judgeProxy(t *trial) {
	a := ask{window: 1, responses: 1, ops: 1}
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"} {
		a.env = append(a.env, name+"=http://"+closedAddress)
	}
	x := t.exchange(a)
	t.works("with http_proxy and others set", x.run)
}

func judgeLeftovers(t *trial) {
	for _, x := range append([]*exchange{t.only(t.failing)}, t.plainRuns()...) {
		if x.left {
			t.wrongf("%v: %v after the end of the client, a process that it had started was still there", x, remainLimit)
		}
	}
}

// judgeOrphans kills the client in the middle of an op, when all of its
// processes have been started.
func judgeOrphans(t *trial) {
	if slices.ContainsFunc(t.plainRuns(), func(x *exchange) bool { return x.left }) {
		return
	}
	a := ask{window: 4, responses: 20, ops: 1, kill: true}
	a.script = func(u *upstream, w http.ResponseWriter, r *http.Request, id int) {
		if id >= a.warm() {
			u.expectEnd()
			<-r.Context().Done()
		}
		u.answer(w, r, id)
	}
	if x := t.exchange(a); x.left {
		t.wrongf("%v after the client was killed, a process that it had started was still there", endLimit)
	}
}
