//go:build !linux

package results

// describe sets nothing: this system has no /proc.
func (m *Machine) describe() {}
