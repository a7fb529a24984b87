//go:build !linux

package outside

import "net/netip"

// A Queue sees what lies between the two ends of a connection: on Linux alone.
type Queue struct{}

// OpenQueue fails.
func OpenQueue() (*Queue, error) { return nil, ErrKernel }

// Close does nothing.
func (q *Queue) Close() error { return nil }

// Outstanding sees nothing.
func (q *Queue) Outstanding(_, _ netip.AddrPort) (bytes int64, seen bool) { return 0, false }
