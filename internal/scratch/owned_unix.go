//go:build unix

package scratch

import (
	"io/fs"
	"os"
	"syscall"
)

// owned says that the file is this user's: root could remove anybody's.
func owned(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Getuid()
}
