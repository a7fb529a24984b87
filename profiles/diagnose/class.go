package diagnose

import (
	"strings"

	"golang.org/x/exp/trace"
)

// A class says what a goroutine waits for.
type class uint8

const (
	classOther    class = iota
	classChannel        // a channel, a select or a sync.Cond: a goroutine of this process ends the wait
	classLock           // a sync.Mutex or RWMutex
	classJoin           // a sync.WaitGroup: until all others end
	classNetwork        // the answer to a request
	classPool           // a connection
	classStream         // a stream of an HTTP/2 connection, in the client's goroutine for that request
	classServer         // the clients of this process
	classInternal       // any wait of the HTTP transport's own goroutines
	classSleep          // time.Sleep
	classDial           // a connection that is being made, its names looked up
	classAccept         // a client that connects
	classCall           // a system call
	classRuntime        // the runtime itself
)

// exclusive reports whether what is waited for may be a turn, which the one before ends.
func (c class) exclusive() bool {
	return c == classOther || c == classChannel || c == classLock || c == classPool || c == classStream
}

// followed reports whether it matters what held up a wait: those of a library's own
// goroutines and of the runtime are nobody's.
func (c class) followed() bool { return c != classInternal && c != classRuntime && c != classServer }

// A waitPattern gives a wait its class by its reason and by a function on its
// stack. The first pattern that matches counts.
type waitPattern struct {
	class  class
	reason string // "" is any
	on     string // part of a function's name; "" is any
}

var waitPatterns = []waitPattern{
	{classRuntime, reasonNetwork, "net/http.(*connReader).backgroundRead"}, // its handler is at work meanwhile
	{classServer, reasonNetwork, "net/http.(*connReader)."},
	{classServer, reasonNetwork, "net/http.checkConnErrorWriter."},
	{classServer, reasonNetwork, "http2serverConn)."},
	{classServer, reasonNetwork, "http2.(*serverConn)."},
	{classServer, reasonNetwork, "transport.(*http2Server)."},
	{classAccept, "", "poll.(*FD).Accept"},
	{classCall, reasonCall, ""},
	{classDial, reasonNetwork, "net.(*netFD).connect"},
	{classDial, reasonNetwork, "net.(*Resolver)."},
	{classDial, reasonNetwork, "crypto/tls.(*Conn).clientHandshake"},
	{classServer, reasonSleep, "net/http.(*conn).serve"},
	{classServer, "", "os/signal."},
	{classRuntime, "", "runtime/trace."},
	{classRuntime, "", "runtime/pprof."},
	{classRuntime, "", "net/http/pprof."}, // its handlers sleep while they record
	{classPool, "", "net/http.(*Transport).getConn"},
	{classStream, "", "awaitOpenSlotForStream"},
	{classStream, reasonSelect, "http2clientStream).writeRequest"},
	{classStream, reasonSelect, "http2.(*clientStream).writeRequest"},
	{classPool, "", "database/sql.(*DB).conn"},
	{classInternal, "", "net/http.(*persistConn).readLoop"},
	{classInternal, "", "net/http.(*persistConn).writeLoop"},
	{classInternal, reasonNetwork, "http2ClientConn).readLoop"},
	{classInternal, reasonNetwork, "http2.(*ClientConn).readLoop"},
	{classInternal, reasonNetwork, "transport.(*http2Client).reader"},
	{classNetwork, reasonSelect, "net/http.(*persistConn).roundTrip"},
	{classNetwork, reasonSelect, "http2ClientConn).roundTrip"},
	{classNetwork, reasonSelect, "http2.(*ClientConn).roundTrip"},
	{classNetwork, "", "net/http.(*http2pipe).Read"},
	{classNetwork, "", "x/net/http2.(*pipe).Read"},
	{classNetwork, reasonSelect, "transport.(*recvBufferReader)."},
	{classNetwork, reasonNetwork, ""},
	{classJoin, "", "sync.(*WaitGroup).Wait"},
	{classLock, reasonSync, "sync.(*Mutex)."},
	{classLock, reasonSync, "sync.(*RWMutex)."},
	{classSleep, reasonSleep, ""},
	{classChannel, "chan send", ""},
	{classChannel, "chan receive", ""},
	{classChannel, reasonSelect, ""},
	{classChannel, "sync.(*Cond).Wait", ""},
	{classChannel, reasonSync, "sync.runtime_"},
	{classLock, reasonSync, "internal/poll.(*fdMutex)."}, // of a file, which all that write to it share
	{classRuntime, reasonSync, ""},                       // locks of the runtime, such as the one for starting a collection
	{classRuntime, "preempted", ""},
}

// Reasons, in the trace's words.
const (
	reasonNetwork = "network"
	reasonSelect  = "select"
	reasonSync    = "sync"
	reasonSleep   = "sleep"
	reasonCall    = "system call" // in words of our own: the trace has a state for it
	// reasonCollected begins that of waits for a collection that the program asked for.
	reasonCollected = "wait until GC"
	reasonOlder     = "(before the trace)" // likewise: the trace has no place for it
)

// parkedReasons tell the reason of a wait by the runtime's function, for waits of
// which the trace has only the stack.
var parkedReasons = []struct{ on, reason string }{
	{"runtime.chansend", "chan send"},
	{"runtime.chanrecv", "chan receive"},
	{"runtime.selectgo", reasonSelect},
	{"runtime.netpollblock", reasonNetwork},
	{"poll.runtime_pollWait", reasonNetwork},
	{"runtime.notifyListWait", "sync.(*Cond).Wait"},
	{"sync.runtime_notifyListWait", "sync.(*Cond).Wait"},
	{"runtime.semacquire", reasonSync},
	{"sync.runtime_Semacquire", reasonSync},
	{"runtime.timeSleep", reasonSleep},
	{"time.Sleep", reasonSleep},
}

// classify returns the class of a wait.
func classify(frames []trace.StackFrame, reason string) class {
	for _, p := range waitPatterns {
		if p.reason != "" && p.reason != reason {
			continue
		}
		if p.on == "" {
			return p.class
		}
		for i := range frames {
			if strings.Contains(frames[i].Func, p.on) {
				return p.class
			}
		}
	}
	if strings.HasPrefix(reason, "GC ") || strings.Contains(reason, "system goroutine") || strings.HasPrefix(reason, reasonCollected) {
		return classRuntime
	}
	return classOther
}
