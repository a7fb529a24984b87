//go:build unix

package boundedfile

import "syscall"

// nonblock lets a named pipe be opened although nobody writes to it. It changes nothing
// for a regular file.
const nonblock = syscall.O_NONBLOCK
