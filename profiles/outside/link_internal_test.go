package outside

import (
	"math"
	"net/netip"
	"testing"
	"time"
)

// play plays a script of what a connection does, a letter a sample: s something is sent, r bytes come and
// are read, u bytes come and stay unread, t an answer's last byte and the next request come in
// one tick of the kernel, T the same and nobody confirms the request, d its confirmation alone,
// f a request and its answer in one tick, F a request and later its answer, B a last byte and later
// the next request, and . nothing happens.
func play(script string) *link {
	const ms = 20 // a sample
	s := socket{known: true, window: -1, received: 1000, sent: 100, lastSent: 500, lastReceived: 400}
	l := newLink(&s, 0, false)
	for i, now := range script {
		s.lastSent, s.lastReceived, s.unread = s.lastSent+ms, s.lastReceived+ms, 0
		s.lastAcked += ms
		switch now {
		case 's':
			s.sent, s.lastSent = s.sent+100, 4
		case 'r':
			s.received, s.lastReceived, s.lastAcked, s.unsent = s.received+5000, 8, 8, 0
		case 'u':
			s.received, s.lastReceived, s.unread = s.received+5000, 8, 5000
		case 'd':
			s.lastAcked, s.unsent = 3, 0
		case 'F':
			s.received, s.lastReceived, s.lastAcked, s.unsent = s.received+5000, 4, 4, 0
			s.sent, s.lastSent = s.sent+100, 12
		case 'B':
			s.received, s.lastReceived, s.lastAcked = s.received+5000, 12, 4
			s.sent, s.lastSent = s.sent+100, 4
		case 'f', 't', 'T':
			if now == 'T' {
				s.unsent = 100
			}
			s.lastAcked = 8
			s.received, s.lastReceived = s.received+5000, 8
			s.sent, s.lastSent = s.sent+100, 8
		}
		l.add(&s, i)
	}
	return l
}

func spell(l *link) (out string) {
	for _, s := range l.states {
		out += [states]string{absent: "-", connecting: "c", asked: "Q", arriving: "A", unread: "U", answered: "i", tied: "t", unknown: "?"}[s]
	}
	return out
}

// TestStates: a state that a sample leaves open is settled by what comes next.
func TestStates(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"asked until bytes come, then idle until it asks again", ".s..r..s", "iQQQiiiQ"},
		{"pieces of an answer", "sr.r..rs", "QAAAAAiQ"},
		{"bytes that nobody reads", "su.us", "QUAUQ"},
		{"the next request in the tick of the last byte", "srt...r.s", "QAQQQQiiQ"},
		{"the same, not confirmed", "srT...r", "QAQQQQA"},
		{"the same, confirmed alone", "srT.d.r", "QAQQQQA"},
		{"each answer in the tick of its request: nothing tells", "f..f..f", "ttttttt"},
		{"each answer between two samples", "F..F..F", "iiiiiiA"},
		{"an answer's end and the next request between two samples", "srB..B", "QAQQQQ"},
		{"the end of an answer of which a part was seen, and the next request", "sr.B", "QAAQ"},
		{"nothing ever", "....", "iiii"},
		{"an answer at the end stays open", "s..r", "QQQA"},
	} {
		if got := spell(play(c.script)); got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.name, c.script, got, c.want)
		}
	}
}

// TestPauses: from an answer's last byte to the next request on that connection.
func TestPauses(t *testing.T) {
	l := play("s.r..s.r.s")
	if l.requests != 3 || l.awaited != 3 || l.pauses != 3 {
		t.Errorf("%d requests, %d awaited, %d pauses; want 3 of each", l.requests, l.awaited, l.pauses)
	}
	// The first comes 400+20-4 ms after the last byte before it.
	if want := (.416 + .064 + .044); math.Abs(l.pause-want) > 1e-9 {
		t.Errorf("%v s of pauses, want %v", l.pause, want)
	}
	if l := play("srt...r"); l.pauses != 1 || l.ties != 1 {
		t.Errorf("%d pauses and %d ties, want one of each", l.pauses, l.ties)
	}
}

// TestMissedSamples: the state before a gap goes on.
func TestMissedSamples(t *testing.T) {
	s := socket{known: true, window: -1, connects: true}
	l := newLink(&s, 3, true)
	l.add(&s, 3)
	l.add(&s, 6)
	if got := spell(l); got != "cccc" {
		t.Errorf("%s, want cccc", got)
	}
}

// TestPeers: two addresses, of which the one with more bytes is the upstream unless another is
// chosen; connections that were not followed are stood for.
func TestPeers(t *testing.T) {
	big, small := netip.MustParseAddrPort("10.0.0.1:80"), netip.MustParseAddrPort("10.0.0.2:5432")
	times := []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}
	one, two, three := play("s.rs"), play("...."), play("ssss")
	one.remote, two.remote, three.remote = big, big, small
	all := peers([]*link{one, two, three}, times, 4*time.Second, map[netip.AddrPort]float64{big: 8, small: 1})
	first, address, others := upstream(all, Options{})
	if address != big || len(others) != 1 || others[0].Address != small.String() {
		t.Fatalf("the upstream is %v, others %v", address, others)
	}
	// Two are followed, and six more are like them: 4 times as many of each.
	if first.Connections != 4 || first.Spare != 4 || first.Asked != 4*.75 || first.Answered != 4*.25 {
		t.Errorf("%+v", first)
	}
	if want := 4 * 5000 / 4.; first.Received != want {
		t.Errorf("%v bytes/s, want %v", first.Received, want)
	}
	if others[0].Asked != 1 || others[0].Requests != 1 {
		t.Errorf("%+v, want one connection on which an answer is owed, and a request a second", others[0])
	}
	for _, o := range []Options{{Port: 5432}, {Peer: small.Addr()}} {
		if _, address, _ := upstream(all, o); address != small {
			t.Errorf("%+v: the upstream is %v, want %v", o, address, small)
		}
	}
	if _, address, others := upstream(all, Options{Port: 1}); address.IsValid() || len(others) != 2 {
		t.Errorf("no connection has the port: %v, %v", address, others)
	}
	m := moments([]*link{one, two, three}, times, 4*time.Second, big, .5)
	if len(m) != 4 || m[0].Asked != 1 || m[2].Answered != 1 || m[3].Second != 3 {
		t.Errorf("%+v", m)
	}
}

// TestTies: what nothing tells is shared out as the rest is.
func TestTies(t *testing.T) {
	const n = 7
	times := make([]time.Duration, n)
	for i := range times {
		times[i] = time.Duration(i) * time.Second
	}
	for _, c := range []struct {
		scripts []string
		asked   float64 // share of the connections
	}{
		{[]string{"f..f..f", "s.r....", "u......"}, 8 / 20.}, // the one request that is not tied was seen before its answer
		{[]string{"f..f..f", "T......"}, 1},
	} {
		var links []*link
		for _, script := range c.scripts {
			links = append(links, play(script))
		}
		for _, sum := range peers(links, times, n*time.Second, nil) {
			p := sum.peer
			if got := p.Asked / p.Connections; math.Abs(got-c.asked) > .06 || math.Abs(p.Connections-float64(len(links))) > 1e-9 {
				t.Errorf("%v: %.2f of %.2f connections are asked: %.2f, want about %.2f", c.scripts, p.Asked, p.Connections, got, c.asked)
			}
			if p.Prompt == 0 || p.Prompt > p.Pauses {
				t.Errorf("%v: %d of %d pauses are too short to show", c.scripts, p.Prompt, p.Pauses)
			}
		}
	}
}

// TestTied: where every request is, it stays so.
func TestTied(t *testing.T) {
	l := play("f..f..f")
	p := peers([]*link{l}, make([]time.Duration, 7), time.Second, nil)[l.remote].peer
	if math.Abs(p.Tied-1) > 1e-9 || p.Asked+p.Answered != 0 || math.Abs(p.Connections-1) > 1e-9 {
		t.Errorf("%+v, want one that is tied", p)
	}
}

func TestMultiplexed(t *testing.T) {
	for _, c := range []struct {
		pieces, bytes, received uint64
		want                    bool
	}{{100, 12000, 1e7, false}, {100, 2600, 1e7, true}, {100, 2600, 3000, false}, {4, 100, 1e6, false}, {0, 0, 0, false}} {
		l := play("")
		l.last.pieces, l.last.sent = l.base.pieces+uint32(c.pieces), l.base.sent+c.bytes
		l.last.received = l.base.received + c.received
		p := peers([]*link{l}, []time.Duration{0}, time.Second, nil)[l.remote].peer
		if p.Multiplexed != c.want {
			t.Errorf("%d bytes in %d pieces: %v, want %v", c.bytes, c.pieces, p.Multiplexed, c.want)
		}
	}
}

func TestHelpers(t *testing.T) {
	for name, want := range map[string]bool{"GC Thread#0": true, "C2 CompilerThre": true, "pool-1-thread-3": false, "node": false, "V8Worker": true} {
		if isHelper(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
