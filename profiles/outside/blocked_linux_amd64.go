package outside

import "golang.org/x/sys/unix"

var moreCalls = map[int]blocking{
	unix.SYS_POLL: inPoll, unix.SYS_SELECT: inPoll, unix.SYS_EPOLL_WAIT: inPoll,
}
