//go:build !linux

package results

// describe knows nothing more here.
func (m *Machine) describe() {}
