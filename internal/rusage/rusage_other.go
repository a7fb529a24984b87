//go:build !unix

package rusage

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// Check returns an error that names the system: it does not tell what a process has used,
// so that nothing can be concluded from the zeros that this package returns.
func Check() error {
	return fmt.Errorf("the CPU time of a process is not known on %s: measure on Linux, macOS or another Unix", runtime.GOOS)
}

// SelfCPU is not known here.
func SelfCPU() time.Duration { return 0 }

// MaxRSS is not known here.
func MaxRSS(*os.ProcessState) int64 { return 0 }
