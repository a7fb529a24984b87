//go:build !unix

package bench

import "time"

// ProcessCPU is not known here: cpus then reads as its floor.
func ProcessCPU() time.Duration { return 0 }
