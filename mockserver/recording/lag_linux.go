package recording

import (
	"encoding/binary"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// observes says that a lag can be seen here.
const observes = true

// observe reads a timer of the kernel's: it wakes this process as an answer does, and it is known when
// it was due. Go's own timers would not do: they are rounded to a millisecond, as what comes is not.
func (l *lag) observe() (stop func()) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return func() {}
	}
	every := unix.NsecToTimespec(int64(lagEvery))
	set := time.Now()
	if err := unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Value: every, Interval: every}, nil); err != nil {
		unix.Close(fd)
		return func() {}
	}
	f := os.NewFile(uintptr(fd), "timer")
	done := make(chan struct{})
	go func() {
		defer close(done)
		var fired [8]byte // how often, since it was read
		for due := set.Add(lagEvery); ; {
			if _, err := f.Read(fired[:]); err != nil {
				return // closed
			}
			l.note(max(0, time.Since(due)))
			due = due.Add(lagEvery * time.Duration(binary.NativeEndian.Uint64(fired[:])))
		}
	}()
	return func() {
		f.Close()
		<-done
	}
}
