//go:build !linux

package outside

import (
	"context"
	"fmt"
)

// A Process is one that is watched.
type Process struct{}

// Open is not possible on this system.
func Open(pid int, _ Options) (*Process, error) {
	return nil, fmt.Errorf("process %d: %w", pid, ErrSystem)
}

// Close does nothing.
func (*Process) Close() {}

// PIDs are none.
func (*Process) PIDs() []int { return nil }

// Read is not known.
func (*Process) Read() (float64, error) { return 0, ErrSystem }

// Watch is not possible on this system.
func (*Process) Watch(context.Context) (Evidence, error) { return Evidence{}, ErrSystem }

// A Mark is a moment.
type Mark struct{}

// Mark notes nothing.
func (*Process) Mark() Mark { return Mark{} }

// Since is not known.
func (*Process) Since(Mark) Around { return Around{} }
