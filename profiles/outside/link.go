package outside

import "net/netip"

// A state is that of one connection in one sample.
type state uint8

const (
	absent state = iota // before it was made, or after it was closed
	connecting
	asked
	arriving
	unread
	answered
	tied // the last byte came, and the last request was sent, in one tick of the kernel: asked or answered
	unknown
	states
)

// A socket is what the kernel tells of one TCP socket.
type socket struct {
	id            [48]byte // inet_diag_sockid, which finds it again
	local, remote netip.AddrPort
	inode         uint32
	six           bool // its family is IPv6
	listens       bool
	connects      bool

	unread, unsent uint32 // bytes in the queues
	known          bool   // what follows was told
	received, sent uint64 // bytes since it was made
	pieces         uint32 // segments with data that were sent
	lastSent       uint32 // ms ago
	lastReceived   uint32 // ms ago; at least as long as the connection is old if nothing came
	lastAcked      uint32 // ms ago that the other side confirmed something, by an answer or alone
	rtt            uint32 // µs
	window         int64  // of what may still come, bytes; -1 is unknown
}

// A link is one connection of the tree, with its states since it was first seen.
type link struct {
	remote netip.AddrPort
	id     [48]byte
	six    bool
	first  int // sample of states[0]
	states []state
	opened bool // while it was watched
	turn   int  // in which it was last found

	last     socket
	base     socket // when it was first seen; zeros if it was opened since
	open     int    // from here on the states are not settled
	requests int
	ties     int // of these, sent in the tick in which a byte came
	pauses   int
	prompt   int     // of these, those that are no time at all in the kernel's ticks
	pause    float64 // s, sum
	awaited  int     // requests that were seen in the state asked
	full     int     // samples
	rtt      float64 // s, sum
	queued   float64 // unread bytes, sum
	unsent   float64
}

// closedWindow, bytes: a receive window below it lets hardly a segment pass.
const closedWindow = 4 << 10

// newLink begins a link with its first reading. One that is there when watching begins has sent
// and received before.
func newLink(s *socket, sample int, opened bool) *link {
	l := &link{remote: s.remote, id: s.id, six: s.six, first: sample, opened: opened}
	if !opened {
		l.base = *s
		l.last = *s
	}
	return l
}

// add takes the reading of a sample. Samples may be left out; then the state before goes on.
func (l *link) add(s *socket, sample int) {
	for len(l.states) < sample-l.first && len(l.states) > 0 {
		l.states = append(l.states, l.states[len(l.states)-1])
	}
	sends, comes := s.sent > l.last.sent, s.received > l.last.received
	if len(l.states) > 0 {
		l.settle(s.order(sends, comes))
	}
	now := s.state(comes)
	l.follow(s, now, sends)
	if now != answered && now != arriving && now != tied {
		l.open = len(l.states) + 1
	}
	l.states = append(l.states, now)
	l.queued += float64(s.unread)
	l.unsent += float64(s.unsent)
	l.rtt += float64(s.rtt) / 1e6
	if s.unread > 0 && s.window >= 0 && s.window < closedWindow {
		l.full++
	}
	l.last = *s
}

// state is what a reading alone tells. Answered, arriving and tied are settled by what follows.
func (s *socket) state(comes bool) state {
	switch {
	case s.connects:
		return connecting
	case s.unread > 0:
		return unread
	case !s.known:
		return unknown
	case s.sent == 0: // one that was never used, as a client makes that dials ahead: its times are of the handshake
		return answered
	case s.lastSent < s.lastReceived, s.received == 0, s.unconfirmed():
		return asked
	case s.lastSent == s.lastReceived:
		return tied
	case comes:
		return arriving
	}
	return answered
}

// unconfirmed says that a request was sent in the tick in which the last byte came, and after
// it: an answer would have confirmed it at once. What is not answered soon is confirmed alone,
// some tens of ms later.
func (s *socket) unconfirmed() bool {
	if s.lastSent != s.lastReceived {
		return false
	}
	alone := s.lastAcked+tick < s.lastSent && s.lastSent <= s.lastAcked+latestAck
	return s.unsent > 0 || alone
}

const (
	tick      = 4   // ms: that of the kernel's times
	latestAck = 250 // ms, of a delayed one; what is later was asked for to see whether anybody is there
)

// An order is what happened on a connection first between two samples.
type order uint8

const (
	nothing order = iota
	sentFirst
	cameFirst
	either // both, and it does not show
)

// order tells by the times of the last of each which came first: of several there is no trace.
func (s *socket) order(sends, comes bool) order {
	switch {
	case !sends && !comes:
		return nothing
	case !comes || sends && s.lastSent > s.lastReceived:
		return sentFirst
	case !sends || s.lastSent < s.lastReceived:
		return cameFirst
	}
	return either
}

// settle says what the open states were, now that it is known what came next. What was sent
// ends an answer; bytes that come with nothing sent before them are the rest of one.
func (l *link) settle(next order) {
	if next == nothing {
		return
	}
	for i := l.open; i < len(l.states) && next != either; i++ {
		switch {
		case next == sentFirst:
			l.states[i] = answered
		case l.states[i] == tied:
			l.states[i] = asked
		default:
			l.states[i] = arriving
		}
	}
	l.open = len(l.states)
}

// spare says that nothing passed, and nothing was outstanding: a pool keeps it for later.
func (l *link) spare() bool {
	if l.opened || l.last.received != l.base.received || l.last.sent != l.base.sent {
		return false
	}
	for _, now := range l.states {
		if now != answered && now != tied {
			return false
		}
	}
	return true
}

// follow counts requests, and the pauses before them.
func (l *link) follow(s *socket, now state, sends bool) {
	if !sends {
		return
	}
	l.requests++
	switch {
	case now == tied:
		l.ties++
	case now == asked:
		l.awaited++
		if s.received > 0 && s.lastReceived >= s.lastSent {
			l.pauses++
			if s.lastReceived == s.lastSent {
				l.prompt++
			}
			l.pause += float64(s.lastReceived-s.lastSent) / 1e3
		}
	}
}
