//go:build !linux

package mockserver

import (
	"net"
	"time"
)

const tellsRwnd = false

func rwndLimited(*net.TCPConn) time.Duration { return 0 }
