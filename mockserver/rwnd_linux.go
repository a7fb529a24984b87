package mockserver

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// tellsRwnd says that the kernel counts it: since Linux 4.9.
const tellsRwnd = true

// rwndLimited is how long the peer's receive window was what held a connection back; 0 once it is gone.
func rwndLimited(c *net.TCPConn) time.Duration {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0
	}
	var d time.Duration
	_ = raw.Control(func(fd uintptr) {
		if i, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			d = time.Duration(i.Rwnd_limited) * time.Microsecond
		}
	})
	return d
}
