//go:build !unix

package bench

import "time"

// processCPU is not known here: cpus then reads as its floor.
func processCPU() time.Duration { return 0 }
