package runner

import "fmt"

// An OptionError is a fault of what was asked for, found before anything was
// written.
type OptionError struct {
	Option string // as a flag is named; "" where Value is a cell
	Value  string
	Err    error
}

func (e *OptionError) Error() string {
	if e.Option == "" {
		return fmt.Sprintf("cell %q: %v", e.Value, e.Err)
	}
	return fmt.Sprintf("--%s %q: %v", e.Option, e.Value, e.Err)
}

// Unwrap returns what is wrong with the value.
func (e *OptionError) Unwrap() error { return e.Err }
