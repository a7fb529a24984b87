//go:build !unix

package procgroup

import "os/exec"

// Lead does nothing here.
func Lead(*exec.Cmd) {}

// End kills a started program.
func End(cmd *exec.Cmd) {
	_ = cmd.Process.Kill() // it may have ended just now
}

// Alive knows of no groups here.
func Alive(*exec.Cmd) bool { return false }

// A Guard guards nothing here.
type Guard struct{}

// NewGuard returns nil, which guards nothing.
func NewGuard() *Guard { return nil }

// Watch does nothing here.
func (*Guard) Watch(*exec.Cmd) {}

// Release does nothing here.
func (*Guard) Release() {}
