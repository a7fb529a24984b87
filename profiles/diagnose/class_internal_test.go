package diagnose

import (
	"testing"

	"golang.org/x/exp/trace"
)

func stackFrames(functions ...string) []trace.StackFrame {
	var out []trace.StackFrame
	for f := range stackOf(functions).Frames() {
		out = append(out, f)
	}
	return out
}

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		reason string
		stack  []string // the leaf first
		want   class
	}{
		{"network", []string{"internal/poll.(*FD).Read", "net.(*conn).Read", "main.fetch"}, classNetwork},
		{"network", []string{"internal/poll.(*FD).Read", "net.(*conn).Read", "net/http.(*connReader).Read", "net/http.(*conn).serve"}, classServer},
		{"network", []string{"internal/poll.(*FD).Read", "net.(*conn).Read", "net/http.(*connReader).backgroundRead"}, classRuntime},
		{"network", []string{"internal/poll.(*FD).Read", "net/http.(*persistConn).Read", "net/http.(*persistConn).readLoop"}, classInternal},
		{"network", []string{"internal/poll.(*FD).Read", "google.golang.org/grpc/internal/transport.(*http2Server).HandleStreams"}, classServer},
		{"network", []string{"internal/poll.(*FD).Accept", "net.(*netFD).accept", "main.serve"}, classAccept},
		{"network", []string{"internal/poll.(*FD).WaitWrite", "net.(*netFD).connect", "net.(*Dialer).DialContext", "main.dial"}, classDial},
		{"network", []string{"internal/poll.(*FD).Read", "net.(*Resolver).exchange"}, classDial},
		{"network", []string{"internal/poll.(*FD).Read", "crypto/tls.(*Conn).clientHandshake", "main.dial"}, classDial},
		{"select", []string{"runtime.selectgo", "net/http.(*Transport).getConn", "net/http.(*Client).Get", "main.fetch"}, classPool},
		{"select", []string{"runtime.selectgo", "net/http.(*persistConn).roundTrip", "main.fetch"}, classNetwork},
		{"select", []string{"runtime.selectgo", "database/sql.(*DB).conn", "main.shelf"}, classPool},
		{"select", []string{"runtime.selectgo", "google.golang.org/grpc/internal/transport.(*recvBufferReader).readClient", "main.call"}, classNetwork},
		{"sync", []string{"sync.(*Mutex).Lock", "main.add"}, classLock},
		{"sync", []string{"sync.(*RWMutex).RLock", "main.get"}, classLock},
		{"sync", []string{"sync.(*RWMutex).Lock", "main.put"}, classLock},
		{"sync", []string{"internal/poll.runtime_Semacquire", "internal/poll.(*fdMutex).rwlock", "internal/poll.(*FD).Write", "os.(*File).Write", "main.log"}, classLock},
		{"sync", []string{"sync.runtime_SemacquireWaitGroup", "sync.(*WaitGroup).Wait", "main.all"}, classJoin},
		{"sync", []string{"runtime.gcStart", "main.load"}, classRuntime},
		{"sync.(*Cond).Wait", []string{"sync.(*Cond).Wait", "main.next"}, classChannel},
		{"chan send", []string{"runtime.chansend1", "main.fetch"}, classChannel},
		{"chan receive", []string{"runtime.chanrecv1", "main.work"}, classChannel},
		{"sleep", []string{"time.Sleep", "main.poll"}, classSleep},
		{"sleep", []string{"time.Sleep", "net/http/pprof.sleep", "net/http/pprof.Trace"}, classRuntime},
		{"system call", []string{"syscall.write", "main.log"}, classCall},
		{"GC assist wait", []string{"main.load"}, classRuntime},
		{"system goroutine wait", nil, classRuntime},
		{"forever", []string{"main.idle"}, classOther},
	} {
		if got := classify(stackFrames(c.stack...), c.reason); got != c.want {
			t.Errorf("%s in %q is of class %d, not %d", c.reason, c.stack, got, c.want)
		}
	}
}

// TestKind: whose code a function is. A program that was installed from the module cache has
// a version in its own path.
func TestKind(t *testing.T) {
	installed := &symbolizer{}
	installed.settle(trace.StackFrame{Func: "runtime.main", File: "/usr/lib/go/src/runtime/proc.go"})
	installed.settle(trace.StackFrame{Func: "main.main", File: "/root/go/pkg/mod/example.com/tool@v1.2.3/cmd/tool/main.go"})
	local := &symbolizer{}
	local.settle(trace.StackFrame{Func: "runtime.main", File: "/usr/lib/go/src/runtime/proc.go"})
	local.settle(trace.StackFrame{Func: "main.main", File: "/home/me/tool/main.go"})
	trimmed := &symbolizer{}
	trimmed.settle(trace.StackFrame{Func: "runtime.main", File: "runtime/proc.go"})
	for _, c := range []struct {
		by             *symbolizer
		function, file string
		want           kind
	}{
		{local, "main.fetch", "/home/me/tool/fetch.go", kindOwn},
		{local, "example.com/tool/internal/x.F", "/home/me/tool/internal/x/x.go", kindOwn},
		{local, "golang.org/x/sync/errgroup.(*Group).Go", "/root/go/pkg/mod/golang.org/x/sync@v0.25.0/errgroup/errgroup.go", kindLibrary},
		{local, "golang.org/x/sync/errgroup.(*Group).Go", "/home/me/tool/vendor/golang.org/x/sync/errgroup/errgroup.go", kindLibrary},
		{local, "encoding/json.Unmarshal", "/usr/lib/go/src/encoding/json/decode.go", kindStandard},
		{local, "runtime.chansend", "/usr/lib/go/src/runtime/chan.go", kindRuntime},
		{local, "internal/runtime/maps.newarray", "/usr/lib/go/src/internal/runtime/maps/map.go", kindRuntime},
		{local, "__tsan_func_exit", "/root/llvm/compiler-rt/lib/tsan/rtl/tsan_interface.inc", kindStandard},
		{installed, "main.fetch", "/root/go/pkg/mod/example.com/tool@v1.2.3/cmd/tool/fetch.go", kindOwn},
		{installed, "example.com/tool/fs.Copy", "/root/go/pkg/mod/example.com/tool@v1.2.3/fs/copy.go", kindOwn},
		{installed, "example.com/other.F", "/root/go/pkg/mod/example.com/other@v1.2.3/f.go", kindLibrary},
		{installed, "example.com/tool2.F", "/root/go/pkg/mod/example.com/tool@v1.2.30/f.go", kindLibrary},
		{trimmed, "encoding/json.Unmarshal", "encoding/json/decode.go", kindStandard},
		{trimmed, "main.fetch", "example.com/tool/fetch.go", kindOwn},
		{trimmed, "example.com/other.F", "example.com/other@v1.2.3/f.go", kindLibrary},
	} {
		if got := c.by.kind(c.function, c.file); got != c.want {
			t.Errorf("%s of %s is of kind %d, not %d", c.function, c.file, got, c.want)
		}
	}
}

// TestConnections: the names of libraries that hand out connections, and of some that hand
// out other things.
func TestConnections(t *testing.T) {
	n := &symbolizer{root: "/go/src/"}
	library := func(functions ...string) []trace.StackFrame {
		var out []trace.StackFrame
		for _, f := range functions {
			out = append(out, trace.StackFrame{Func: f, File: "/root/go/pkg/mod/example.com/x@v1.0.0/x.go"})
		}
		return append(out, trace.StackFrame{Func: "main.call", File: "/app/main.go"}, trace.StackFrame{Func: "main.connect", File: "/app/main.go"})
	}
	for _, c := range []struct {
		function string
		want     bool
	}{
		{"google.golang.org/grpc/internal/transport.(*http2Client).NewStream", true},
		{"github.com/redis/go-redis/v9/internal/pool.(*ConnPool).waitTurn", true},
		{"github.com/jackc/pgx/v5/pgxpool.(*Pool).Acquire", true},
		{"golang.org/x/sync/semaphore.(*Weighted).Acquire", false},
		{"github.com/alitto/pond/v2.(*pool).submit", false},
		{"github.com/panjf2000/ants/v2.(*Pool).Submit", false},
		{"k8s.io/utils/keymutex.(*hashedKeyMutex).LockKey", false},
	} {
		if got := n.connections(library(c.function)); got != c.want {
			t.Errorf("%s hands out connections: %v", c.function, got)
		}
	}
}

// TestRangeBodies: the body of a range-over-func loop counts as its surrounding function.
func TestRangeBodies(t *testing.T) {
	n := &symbolizer{}
	got := n.frames(stackOf([]string{"main.collate-range1", "main.collate.func2-range3", "main.main"}))
	for i, want := range []string{"main.collate", "main.collate.func2", "main.main"} {
		if got[i].Func != want {
			t.Errorf("%s, not %s", got[i].Func, want)
		}
	}
}
