package outside

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// maxThreads bounds how many threads are listed, maxPeers how many peers, and maxMoments into
// how many the interval is divided.
const (
	maxThreads = 64
	maxPeers   = 8
	maxMoments = 100
)

// A sum adds up the connections to one address.
type sum struct {
	peer      Peer
	followed  float64 // connections, mean
	tied      float64 // connections, mean
	ties      int     // requests
	requests  int
	owed      float64 // share of what is tied that is asked
	pause     float64
	awaited   int
	rtt       float64
	samples   int
	sentBytes float64
	received  float64
	pieces    float64
	links     int
}

// peers divides the connections by whom they go to. Those to one host are to several upstreams
// where the ports differ. A sample stands for the time until the next one.
func peers(links []*link, times []time.Duration, lasted time.Duration, crowd map[netip.AddrPort]float64) map[netip.AddrPort]*sum {
	sums := map[netip.AddrPort]*sum{}
	of := func(a netip.AddrPort) *sum {
		if sums[a] == nil {
			sums[a] = &sum{peer: Peer{Address: a.String()}}
		}
		return sums[a]
	}
	n := float64(max(len(times), 1))
	for _, l := range links {
		of(l.remote).add(l, n, lasted.Seconds())
	}
	for _, s := range sums {
		s.untie()
		s.count(lasted.Seconds())
	}
	for a, c := range crowd {
		of(a).stand(c)
	}
	for _, s := range sums {
		s.finish()
	}
	return sums
}

// untie shares out what is tied as the other requests are: how many of these were seen before
// their answer. Where a connection is used again at once, the tick sometimes ends between the last
// byte and the next request, and then it shows as asked; where an answer comes at once, between
// the request and the answer. Where it hardly ever ends there, nothing tells.
func (s *sum) untie() {
	p := &s.peer
	clear := s.requests - s.ties
	if s.ties > 0 && float64(clear) < telling*float64(s.requests) {
		p.Tied = s.tied
		return
	}
	if clear > 0 {
		s.owed = float64(s.awaited) / float64(clear)
	}
	p.Asked += s.owed * s.tied
	p.Answered += (1 - s.owed) * s.tied
	prompt := int(s.owed * float64(s.ties)) // asked in the same tick in which the answer came
	p.Pauses, p.Prompt = p.Pauses+prompt, p.Prompt+prompt
}

// count says how many requests there were. Those between two samples show as one; but each is
// mostly a piece of its own, unless much is sent with it.
func (s *sum) count(seconds float64) {
	p := &s.peer
	p.Multiplexed = s.pieces >= 8 && s.sentBytes/s.pieces < smallPiece && s.received/s.pieces >= perPiece
	n := float64(s.requests)
	if !p.Multiplexed && s.sentBytes < largePiece*s.pieces {
		n = max(n, s.pieces)
	}
	p.Requests = n / seconds
	p.Fresh /= float64(max(s.links, 1))
}

func (s *sum) add(l *link, samples, seconds float64) {
	p := &s.peer
	if l.spare() {
		p.Spare += float64(len(l.states)) / samples
		return
	}
	for _, now := range l.states {
		if now == tied {
			s.tied += 1 / samples
		} else {
			*p.in(now) += 1 / samples
		}
		s.followed += 1 / samples
	}
	s.ties += l.ties
	s.requests += l.requests
	s.samples += len(l.states)
	p.UnreadBytes += l.queued / samples
	p.UnsentBytes += l.unsent / samples
	p.Received += float64(l.last.received-l.base.received) / seconds
	p.Sent += float64(l.last.sent-l.base.sent) / seconds
	s.sentBytes += float64(l.last.sent - l.base.sent)
	s.received += float64(l.last.received - l.base.received)
	s.pieces += float64(l.last.pieces - l.base.pieces)
	s.links++
	if l.opened {
		p.Opened += 1 / seconds
		p.Fresh++
	}
	p.Pauses += l.pauses
	p.Prompt += l.prompt
	s.pause += l.pause
	s.awaited += l.awaited
	p.Full += float64(l.full) / samples
	s.rtt += l.rtt
}

// in is the field of a state.
func (p *Peer) in(s state) *float64 {
	return [states]*float64{
		absent: new(float64), tied: new(float64), connecting: &p.Connecting, asked: &p.Asked, arriving: &p.Arriving,
		unread: &p.Unread, answered: &p.Answered, unknown: &p.Unknown,
	}[s]
}

// stand lets the connections that are followed stand for all, of which there are so many whenever
// all are counted: of a crowd some are followed, and of those that live shortly the most are over
// before they could be.
func (s *sum) stand(count float64) {
	p := &s.peer
	seen := s.followed + p.Spare
	if seen == 0 {
		p.Unknown += count
		return
	}
	all := count / seen
	if all < clearlyMore {
		return // what is opened and closed in between
	}
	for _, f := range []*float64{
		&p.Connecting, &p.Asked, &p.Arriving, &p.Unread, &p.Answered, &p.Unknown, &p.Tied, &p.Spare,
		&p.UnreadBytes, &p.UnsentBytes, &p.Received, &p.Sent, &p.Requests, &p.Full,
	} {
		*f *= all
	}
}

// clearlyMore is the ratio from which on there are more connections than are followed.
const clearlyMore = 1.1

// telling, share of the requests that are not tied: with less, they are no sample of the rest.
const telling = .03

// smallPiece, bytes: a request of HTTP/1 is longer. HTTP/2 sends many of 13, which open its
// windows for what it receives, perPiece bytes and more each time. A request of a protocol such as
// that of Redis can be as short, but its answers mostly are, too.
const (
	smallPiece = 45
	perPiece   = 2 << 10

	// largePiece, bytes: what is longer is more than a request's headers, and comes in several.
	largePiece = 1400
)

func (s *sum) finish() {
	p := &s.peer
	p.Connections = p.Connecting + p.Asked + p.Arriving + p.Unread + p.Answered + p.Tied + p.Unknown
	if p.Pauses > 0 {
		p.Pause = s.pause / float64(p.Pauses)
	}
	if s.samples > 0 {
		p.RTT = s.rtt / float64(s.samples)
	}
	if p.Requests > 0 {
		p.Awaited = p.Asked / p.Requests // Little's law
	}
}

// upstream chooses the one from which the most bytes came, of those that may be it; of equal
// ones that with the most connections.
func upstream(all map[netip.AddrPort]*sum, o Options) (Peer, netip.AddrPort, []Peer) {
	var keys []netip.AddrPort
	for a := range all {
		keys = append(keys, a)
	}
	slices.SortFunc(keys, func(a, b netip.AddrPort) int {
		p, q := &all[a].peer, &all[b].peer
		return cmp.Or(cmp.Compare(q.Received, p.Received), cmp.Compare(q.Connections, p.Connections), a.Compare(b))
	})
	var first Peer
	var address netip.AddrPort
	others := []Peer{}
	for _, a := range keys {
		switch {
		case !address.IsValid() && o.chosen(a):
			first, address = all[a].peer, a
		case len(others) < maxPeers:
			others = append(others, all[a].peer)
		}
	}
	return first, address, others
}

// moments divides the interval: what the connections to an address did, by time. owed is the
// share of what is tied that is asked.
func moments(links []*link, times []time.Duration, lasted time.Duration, to netip.AddrPort, owed float64) []Moment {
	n := min(maxMoments, len(times))
	if n == 0 {
		return []Moment{}
	}
	out := make([]Moment, n)
	samples := make([]float64, n)
	at := func(sample int) int {
		return min(n-1, int(float64(n)*float64(times[sample])/float64(max(lasted, 1))))
	}
	for i := range out {
		out[i].Second = lasted.Seconds() * float64(i) / float64(n)
	}
	for i := range times {
		samples[at(i)]++
	}
	for _, l := range links {
		if l.remote != to || l.spare() {
			continue
		}
		for i, now := range l.states {
			if l.first+i >= len(times) {
				break
			}
			m, part := &out[at(l.first+i)], 1/samples[at(l.first+i)]
			if now == tied {
				m.Asked += owed * part
				m.Answered += (1 - owed) * part
			} else if field := m.in(now); field != nil {
				*field += part
			}
		}
	}
	// A part without a sample is like the one before it.
	for i := 1; i < n; i++ {
		if samples[i] == 0 {
			second := out[i].Second
			out[i] = out[i-1]
			out[i].Second = second
		}
	}
	return out
}

func (m *Moment) in(s state) *float64 {
	return [states]*float64{
		connecting: &m.Connecting, asked: &m.Asked, arriving: &m.Arriving, unread: &m.Unread, answered: &m.Answered,
	}[s]
}
