package peers

import (
	"net/http"
	"net/url"
	"time"
)

// traffic is what an upstream has seen.
type traffic struct {
	requests   []*request // in the order of arrival
	unexpected []string   // requests for anything else
	peak       int        // most requests in flight
	highest    int        // of the ids; -1 before the first
	conns      int        // that were accepted
}

// A request is one for a payload, as it arrived.
type request struct {
	id      int
	wrong   string // how it breaks the contract; "" where it does not
	before  int    // how many requests had ended when it arrived
	records string // that the answer has, as its header says
	arrived time.Time
	ended   time.Time // zero while it is in flight
}

// wantQuery is what each request has to ask for, beside its id.
func wantQuery(a ask) url.Values {
	return url.Values{"codec": {"json"}, "size": {a.size.String()}}
}

// differs says how a request breaks the contract.
func differs(r *http.Request, want url.Values) string {
	got := r.URL.Query()
	got.Del("id")
	switch accepts := r.Header.Get("Accept-Encoding"); {
	case r.Method != http.MethodGet || r.Proto != "HTTP/1.1":
		return r.Method + " by " + r.Proto + ", not GET by HTTP/1.1"
	case got.Encode() != want.Encode():
		return "asks for " + got.Encode() + ", not " + want.Encode()
	case accepts != "" && accepts != "identity":
		return "accepts the encoding " + accepts
	}
	return ""
}
