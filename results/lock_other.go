//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package results

import "os"

// lock does nothing here: that two processes resume one run goes unseen.
func lock(*os.File) error { return nil }
