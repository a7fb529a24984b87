//go:build !unix

package rusage

import (
	"os"
	"time"
)

// SelfCPU is not known here.
func SelfCPU() time.Duration { return 0 }

// MaxRSS is not known here.
func MaxRSS(*os.ProcessState) int64 { return 0 }
