package mockserver

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// drain waits until the client's kernel has what was sent: a reset discards the rest. A client that
// does not read for so long does not get it.
func drain(c *net.TCPConn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	for start := time.Now(); time.Since(start) < drainWithin; time.Sleep(time.Millisecond) {
		left := 0
		if raw.Control(func(fd uintptr) { left, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }) != nil || left == 0 {
			return
		}
	}
}
