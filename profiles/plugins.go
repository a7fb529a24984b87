package profiles

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/pprof/profile"
)

// pprof's driver is a command-line program. The types below replace its arguments,
// its file system and its terminal.

const (
	mainSource = "profile"
	baseSource = "base"
)

// flags are the driver's arguments, by name; all others keep their defaults.
type flags map[string]string

func newFlags(f fetcher) flags {
	fl := flags{"http": "localhost:0", "symbolize": "none"}
	if f[baseSource] != nil {
		fl["diff_base"] = baseSource
	}
	return fl
}

func (f flags) Bool(_ string, def bool, _ string) *bool          { return &def }
func (f flags) Int(_ string, def int, _ string) *int             { return &def }
func (f flags) Float64(_ string, def float64, _ string) *float64 { return &def }
func (f flags) StringList(name, def, usage string) *[]*string {
	return &[]*string{f.String(name, def, usage)}
}
func (f flags) ExtraUsage() string    { return "" }
func (f flags) AddExtraUsage(string)  {}
func (f flags) Parse(func()) []string { return []string{mainSource} }
func (f flags) String(name, def, _ string) *string {
	if v, ok := f[name]; ok {
		def = v
	}
	return &def
}

// fetcher holds the profiles that the arguments name.
type fetcher map[string]*profile.Profile

// Fetch returns no address for the profile. With an address, the driver would take
// the profile for a remote one and save a copy in the user's home.
func (f fetcher) Fetch(name string, _, _ time.Duration) (*profile.Profile, string, error) {
	if p, ok := f[name]; ok {
		return p, "", nil
	}
	return nil, "", fmt.Errorf("no profile %q", name)
}

// silence is a terminal that drops all output. A page shows its own errors.
type silence struct{}

func (silence) ReadLine(string) (string, error)     { return "", io.EOF }
func (silence) Print(...any)                        {}
func (silence) PrintErr(...any)                     {}
func (silence) IsTerminal() bool                    { return false }
func (silence) WantBrowser() bool                   { return false }
func (silence) SetAutoComplete(func(string) string) {}

// noFiles is a file system that cannot be written.
type noFiles struct{}

func (noFiles) Open(name string) (io.WriteCloser, error) {
	return nil, fmt.Errorf("open %s: %w", name, errors.ErrUnsupported)
}
