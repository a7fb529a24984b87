package outside

import (
	"encoding/binary"
	"net/netip"
)

// A Queue sees what lies between the two ends of a connection of this machine.
type Queue struct{ d *diagnosis }

// OpenQueue asks the kernel for connections of this process's network namespace.
func OpenQueue() (*Queue, error) {
	d, err := newDiagnosis()
	if err != nil {
		return nil, err
	}
	return &Queue{d}, nil
}

// Close ends it.
func (q *Queue) Close() error {
	q.d.close()
	return nil
}

// Outstanding is the bytes that near has been given to send and far's process has not read; false
// where one of the ends is not here. Near is asked first: what it has not sent yet is not missed.
func (q *Queue) Outstanding(near, far netip.AddrPort) (bytes int64, seen bool) {
	ends := 0
	err := q.d.these([]*link{end(near, far), end(far, near)}, func(s *socket) {
		ends++
		if s.local.Port() == near.Port() && s.remote.Port() == far.Port() {
			bytes += int64(s.unsent)
		} else {
			bytes += int64(s.unread)
		}
	})
	return bytes, err == nil && ends == 2
}

// end names the socket at one end, whatever its cookie.
func end(local, remote netip.AddrPort) *link {
	l := &link{six: !local.Addr().Unmap().Is4()}
	binary.BigEndian.PutUint16(l.id[0:], local.Port())
	binary.BigEndian.PutUint16(l.id[2:], remote.Port())
	copy(l.id[4:20], local.Addr().Unmap().AsSlice())
	copy(l.id[20:36], remote.Addr().Unmap().AsSlice())
	binary.NativeEndian.PutUint64(l.id[40:], ^uint64(0)) // INET_DIAG_NOCOOKIE, twice
	return l
}
