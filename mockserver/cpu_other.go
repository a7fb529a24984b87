//go:build !unix

package mockserver

import "time"

// cpuTime is not known here.
func cpuTime() time.Duration { return 0 }
