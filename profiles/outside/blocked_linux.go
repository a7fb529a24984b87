package outside

import (
	"bytes"
	"strconv"

	"collatebench/internal/proc"

	"golang.org/x/sys/unix"
)

// A blocking is a kind of system call in which a thread sleeps.
type blocking uint8

const (
	running blocking = iota // or in no system call
	inLock
	inRead
	inPoll
	inSleep
	inOther
	blockings
)

// calls are those that every architecture has; moreCalls are those that only some have.
var calls = map[int]blocking{
	unix.SYS_FUTEX: inLock,
	unix.SYS_READ:  inRead, unix.SYS_READV: inRead, unix.SYS_RECVFROM: inRead, unix.SYS_RECVMSG: inRead,
	unix.SYS_PPOLL: inPoll, unix.SYS_PSELECT6: inPoll, unix.SYS_EPOLL_PWAIT: inPoll,
	unix.SYS_NANOSLEEP: inSleep, unix.SYS_CLOCK_NANOSLEEP: inSleep,
}

// kindOf reads /proc/PID/task/TID/syscall: the call's number and its arguments, or "running".
func kindOf(text []byte) blocking {
	first, _, _ := bytes.Cut(text, []byte{' '})
	n, err := strconv.Atoi(string(first))
	if err != nil || n < 0 { // -1: it is blocked, but not in a system call
		return running
	}
	if kind, known := calls[n]; known {
		return kind
	}
	if kind, known := moreCalls[n]; known {
		return kind
	}
	return inOther
}

// maxBlocked bounds how many threads are looked at each time.
const maxBlocked = 256

// readBlocked counts what the threads of the tree sleep in; false if that may not be read.
func readBlocked(tree map[int]*process, buffer []byte) (counts [blockings]int, ok bool) {
	seen := 0
	for pid, p := range tree {
		for tid, t := range p.threads {
			if !t.alive || seen == maxBlocked {
				continue
			}
			seen++
			text, err := readSmall(proc.Dir(pid)+"/task/"+strconv.Itoa(tid)+"/syscall", buffer)
			if err == nil {
				counts[kindOf(text)]++
				ok = true
			}
		}
	}
	return counts, ok
}
