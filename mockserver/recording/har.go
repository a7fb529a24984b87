package recording

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/har"
)

// An entry is one exchange in HAR 1.2, with what HAR has no place for in one field behind an
// underscore, as the format wants it.
type entry struct {
	har.Entry
	Response *response `json:"response"` // in place of har's, whose content knows no file
	Own      *own      `json:"_collatebench,omitempty"`
}

type response struct {
	har.Response
	Content *content `json:"content"`
}

type content struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
	File     string `json:"_file,omitempty"` // as Playwright names a body that stands beside the file, decoded
}

// own is what HAR has no place for. Times are milliseconds since the exchange began.
type own struct {
	Request Digest       `json:"request_digest,omitzero"`
	Body    Digest       `json:"body_digest,omitzero"`
	File    string       `json:"body_file,omitempty"` // the bytes as they went over the wire
	Size    int64        `json:"body_size"`
	Sent    *float64     `json:"sent,omitempty"`
	First   *float64     `json:"first_byte,omitempty"`
	Whole   *float64     `json:"whole,omitempty"`
	Handed  *float64     `json:"handed,omitempty"`
	Taken   *float64     `json:"taken,omitempty"`
	Pieces  [][2]float64 `json:"pieces,omitempty"` // time and bytes
	Trailer http.Header  `json:"trailer,omitempty"`
	Failed  Failure      `json:"failed,omitempty"`
}

// milliseconds of a clock, to the microsecond; nil where it is not known.
func milliseconds(d time.Duration) *float64 {
	if d < 0 {
		return nil
	}
	return new(float64(d.Microseconds()) / 1e3)
}

func clock(ms *float64) time.Duration {
	if ms == nil || !(*ms >= 0 && *ms <= maxClock) {
		return -1
	}
	return time.Duration(*ms * float64(time.Millisecond))
}

// maxClock, milliseconds: a day. What takes longer is a broken clock.
const maxClock = 24 * 60 * 60 * 1e3

// newEntry is e as HAR has it. Its secrets are gone already.
func newEntry(e Exchange) entry {
	c := e.Clocks
	out := entry{
		Entry: har.Entry{
			StartedDateTime: e.Began.Format(time.RFC3339Nano),
			Request: &har.Request{
				Method: e.Method, URL: e.URL.String(), HTTPVersion: e.Proto,
				Cookies: []*har.Cookie{}, Headers: pairs(e.RequestHeader), QueryString: queryPairs(e.URL),
				HeadersSize: -1, BodySize: e.Request.Size,
			},
			Cache: &har.Cache{}, Connection: e.Connection,
		},
		Response: &response{
			Response: har.Response{
				Status: int64(e.Status), StatusText: http.StatusText(e.Status), HTTPVersion: e.Proto,
				Cookies: []*har.Cookie{}, Headers: pairs(e.Header), RedirectURL: e.Header.Get("Location"),
				HeadersSize: -1, BodySize: e.Body.Size,
			},
			Content: &content{Size: e.Body.Size, MimeType: e.Header.Get("Content-Type")},
		},
		Own: &own{
			Request: e.Request.Digest, Body: e.Body.Digest, Size: e.Body.Size, Trailer: e.Trailer, Failed: e.Failed,
			Sent: milliseconds(c.Sent), First: milliseconds(c.First), Whole: milliseconds(c.Whole),
			Handed: milliseconds(c.Handed), Taken: milliseconds(c.Taken),
		},
	}
	send, wait, receive := spans(c)
	out.Timings = &har.Timings{Send: send, Wait: wait, Receive: receive}
	out.Time = math.Round((send+wait+receive)*1e3) / 1e3
	for _, p := range e.Pieces {
		out.Own.Pieces = append(out.Own.Pieces, [2]float64{float64(p.At.Microseconds()) / 1e3, float64(p.Bytes)})
	}
	if !e.Body.Digest.IsZero() {
		out.Own.File = bodyFile(e.Body.Digest)
		if e.Header.Get("Content-Encoding") == "" {
			out.Response.Content.File = out.Own.File
		} else {
			out.Response.Content.Comment = "compressed, in " + out.Own.File
		}
	}
	return out
}

// spans are HAR's parts of an exchange, in milliseconds.
func spans(c Clocks) (send, wait, receive float64) {
	between := func(from, to time.Duration) float64 {
		if from < 0 || to < from {
			return 0
		}
		return float64((to - from).Microseconds()) / 1e3
	}
	// An upstream may answer before it has read the whole request.
	sent := min(max(c.Sent, 0), max(c.First, 0))
	return between(0, sent), between(sent, c.First), between(c.First, c.Whole)
}

func pairs(h http.Header) []*har.NameValuePair {
	out := []*har.NameValuePair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			out = append(out, &har.NameValuePair{Name: name, Value: value})
		}
	}
	return out
}

func queryPairs(u *url.URL) []*har.NameValuePair {
	out := []*har.NameValuePair{}
	values := u.Query()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			out = append(out, &har.NameValuePair{Name: name, Value: value})
		}
	}
	return out
}

// exchange reads an entry. A body inside the file is returned beside it, nil if there is none; what
// stands in a file of its own is named by file.
func (n entry) exchange() (e Exchange, inside []byte, file string, err error) {
	if n.Request == nil || n.Response == nil {
		return e, nil, "", errors.New("no request, or no response")
	}
	u, err := url.Parse(n.Request.URL)
	if err != nil {
		return e, nil, "", err
	}
	u.User, u.Fragment = nil, ""
	began, err := time.Parse(time.RFC3339Nano, n.StartedDateTime)
	if err != nil {
		return e, nil, "", fmt.Errorf("startedDateTime %q: %w", n.StartedDateTime, err)
	}
	e = Exchange{
		Method: n.Request.Method, URL: u, Proto: n.Response.HTTPVersion, RequestHeader: header(n.Request.Headers),
		Status: int(n.Response.Status), Header: header(n.Response.Headers), Connection: n.Connection, Began: began,
	}
	if e.Status != 0 && (e.Status < 100 || e.Status > 999) {
		return e, nil, "", fmt.Errorf("status %d", e.Status)
	}
	if n.Own != nil {
		n.Own.fill(&e)
		e.Request.Size = max(0, n.Request.BodySize)
		return e, nil, n.Own.File, nil
	}
	return n.foreign(e)
}

func (o own) fill(e *Exchange) {
	e.Request.Digest, e.Body = o.Request, Body{o.Body, o.Size}
	e.Trailer, e.Failed = o.Trailer, o.Failed
	e.Clocks = Clocks{clock(o.Sent), clock(o.First), clock(o.Whole), clock(o.Handed), clock(o.Taken)}
	for _, p := range o.Pieces {
		if at := clock(&p[0]); at >= 0 && p[1] >= 0 {
			e.Pieces = append(e.Pieces, Piece{at, int64(p[1])})
		}
	}
}

// foreign reads what another program recorded: the body is decoded, so that it no longer is what
// the header says of it.
func (n entry) foreign(e Exchange) (Exchange, []byte, string, error) {
	for _, name := range []string{"Content-Encoding", "Content-Length", "Transfer-Encoding"} {
		e.Header.Del(name)
	}
	for name := range e.Header {
		if strings.HasPrefix(name, ":") { // of HTTP/2, as Chrome writes them
			delete(e.Header, name)
		}
	}
	if p := n.Request.PostData; p != nil && p.Text != "" {
		e.Request = Body{DigestOf([]byte(p.Text)), int64(len(p.Text))}
	}
	e.Clocks = unknownClocks
	if t := n.Timings; t != nil {
		before := time.Duration(0)
		for _, ms := range []*float64{t.Blocked, t.DNS, t.Connect} { // ssl is within connect
			before += max(0, clock(ms))
		}
		e.Clocks.Sent = before + max(0, clock(&t.Send))
		e.Clocks.First = e.Clocks.Sent + max(0, clock(&t.Wait))
		e.Clocks.Whole = e.Clocks.First + max(0, clock(&t.Receive))
	}
	if e.Status == 0 {
		e.Failed = Unreachable
	}
	c := n.Response.Content
	switch {
	case c == nil:
		return e, nil, "", nil
	case c.File != "":
		return e, nil, c.File, nil
	case c.Text == "":
		e.Body.Size = max(0, c.Size) // without a digest: the file was saved without bodies
		return e, nil, "", nil
	case c.Encoding == "base64":
		b, err := base64.StdEncoding.DecodeString(c.Text)
		return e, b, "", err
	}
	return e, []byte(c.Text), "", nil
}

func header(pairs []*har.NameValuePair) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		if p != nil {
			h.Add(p.Name, p.Value)
		}
	}
	return h
}
