package peers

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
)

const (
	uncheckedID = 6  // its digest is not checked
	checkedID   = 17 // its digest is checked: 17 % 16 == 17/16 % 16, and it is no multiple of 16
)

// An answer is a whole response, held back.
type answer struct {
	header http.Header
	status int
	body   []byte
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) { a.status = status }

func (a *answer) Write(b []byte) (int, error) {
	a.body = append(a.body, b...)
	return len(b), nil
}

// altering changes what the upstream answers to one request, or to all where id
// is below 0.
func altering(id int, alter func(*answer)) script {
	return func(u *upstream, w http.ResponseWriter, r *http.Request, this int) {
		if id >= 0 && this != id {
			u.answer(w, r, this)
			return
		}
		a := &answer{header: w.Header(), status: http.StatusOK}
		u.answer(a, r, this)
		alter(a)
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body) // the client may be gone
		if id >= 0 {
			u.expectEnd()
		}
	}
}

// An alteration is what one response has, so that it must fail.
type alteration struct {
	id    int
	what  string
	alter func(*answer)
}

// fails has the client meet each alteration, in a run of its own.
func (t *trial) fails(alterations ...alteration) {
	var asks []ask
	for _, a := range alterations {
		asks = append(asks, ask{window: 4, responses: 20, ops: 1, script: altering(a.id, a.alter)})
	}
	for i, x := range t.exchanges(asks...) {
		if a := alterations[i]; !x.namesResponse(a.id) {
			t.wrongf("response %d has %s: %s", a.id, a.what, x.end())
		}
	}
}

func judgeCounts(t *trial) {
	t.fails(alteration{uncheckedID, "a record less than its header says", func(a *answer) {
		n, _ := strconv.Atoi(a.header.Get("X-Payload-Records")) // the mock server's own
		a.header.Set("X-Payload-Records", strconv.Itoa(n+1))
	}})
}

// judgeDigests has the header lie, and then the body, which is as good a body as
// before. That each field is decoded to the very value is held by the digests
// of the plain runs.
func judgeDigests(t *trial) {
	t.fails(
		alteration{checkedID, "a header with another digest", func(a *answer) {
			a.header.Set("X-Payload-Digest", "0badc0de")
		}},
		alteration{checkedID, "another digit in the score of its last record", func(a *answer) {
			alterBehind(a.body, `"score":0.`)
		}},
		alteration{checkedID, "another letter in the text of its last record", func(a *answer) {
			alterBehind(a.body, `"text":"`)
		}},
	)
}

// alterBehind makes another digit of a digit, or a printable one of a letter.
func alterBehind(body []byte, key string) { body[bytes.LastIndex(body, []byte(key))+len(key)] ^= 1 }

// judgeJSON alters the body of an id whose digest is not checked.
func judgeJSON(t *trial) {
	body := func(what string, alter func([]byte) []byte) alteration {
		return alteration{uncheckedID, what, func(a *answer) { a.body = alter(a.body) }}
	}
	t.fails(
		body("an object in place of the array", func(b []byte) []byte {
			return append(append([]byte(`{"records":`), b...), '}')
		}),
		body("an array that is cut off, and blanks for the rest", func(b []byte) []byte {
			return append(b[:len(b)/2], bytes.Repeat([]byte{' '}, len(b)-len(b)/2)...)
		}),
		body("no score in its last record", func(b []byte) []byte {
			from := bytes.LastIndex(b, []byte(`"score":`))
			return append(b[:from], b[from+bytes.Index(b[from:], []byte(`"price":`)):]...)
		}),
	)
}

func judgeBare(t *trial) {
	x := t.exchange(ask{window: 4, responses: 20, ops: 1, script: altering(-1, func(a *answer) {
		a.header.Del("X-Payload-Records")
		a.header.Del("X-Payload-Digest")
	})})
	t.works(fmt.Sprintf("%v, answered without X-Payload-Records and X-Payload-Digest", x), x.run)
}
