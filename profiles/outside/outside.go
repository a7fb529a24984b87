package outside

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// Options for watching. The zero value watches a process with its descendants for five
// seconds, and takes for the upstream the peer from which the most bytes came.
type Options struct {
	Seconds float64 // 0 is DefaultSeconds
	Alone   bool    // without what descends from the process
	// Port and Peer choose the upstream's connections; zero values choose any.
	Port uint16
	Peer netip.Addr
}

// DefaultSeconds is how long a process is watched.
const DefaultSeconds = 5

// MaxTracked is how many connections are followed at once; the others are counted.
const MaxTracked = 256

// Errors of processes that can't be watched. They are wrapped with the process's number.
var (
	ErrNoProcess  = errors.New("there is no such process")
	ErrZombie     = errors.New("it has ended, and its parent has taken no notice yet")
	ErrSelf       = errors.New("it is this program itself")
	ErrKernel     = errors.New("it is a thread of the kernel")
	ErrThread     = errors.New("it is a thread of another process")
	ErrNotAllowed = errors.New("it belongs to another user: watch it as that user, or as root")
	ErrEnded      = errors.New("it ended at once")
	ErrSystem     = errors.New("only Linux shows a process from outside in this way")
)

// Watch watches a process until the interval is over, it ends, or ctx is done; then it returns
// what was seen until then. An interval in which nothing could be seen is an error.
func Watch(ctx context.Context, pid int, o Options) (Evidence, error) {
	p, err := Open(pid, o)
	if err != nil {
		return Evidence{}, err
	}
	defer p.Close()
	return p.Watch(ctx)
}

func (o Options) lasts() time.Duration {
	if o.Seconds == 0 {
		o.Seconds = DefaultSeconds
	}
	return time.Duration(o.Seconds * float64(time.Second))
}

// chosen reports whether an address may be the upstream's.
func (o Options) chosen(a netip.AddrPort) bool {
	return (o.Port == 0 || o.Port == a.Port()) && (!o.Peer.IsValid() || o.Peer == a.Addr())
}
