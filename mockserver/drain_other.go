//go:build !linux

package mockserver

import (
	"net"
	"time"
)

// drain gives the kernel a moment: what it has not sent a reset discards.
func drain(*net.TCPConn) { time.Sleep(drainWithin / 20) }
