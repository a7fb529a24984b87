package outside

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"

	"collatebench/internal/proc"

	"golang.org/x/sys/unix"
)

// diagnosisOf asks for the sockets of a process's network namespace. Another than ours can be
// entered by root alone; without that right the diagnosis is nil, and what /proc has is read.
func diagnosisOf(pid int) (*diagnosis, Detail, error) {
	theirs, err := os.Readlink(proc.Dir(pid) + "/ns/net")
	ours, own := os.Readlink("/proc/thread-self/ns/net")
	if err != nil || own != nil || theirs == ours {
		d, err := newDiagnosis()
		return d, DetailFull, err
	}
	type answer struct {
		d   *diagnosis
		err error
	}
	made := make(chan answer)
	go func() {
		// A socket stays in the namespace in which it was made. The thread is not used for
		// anything else: it ends with the goroutine, because it stays locked.
		runtime.LockOSThread()
		fd, err := unix.Open(proc.Dir(pid)+"/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			made <- answer{err: err}
			return
		}
		defer unix.Close(fd)
		if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
			made <- answer{err: err}
			return
		}
		d, err := newDiagnosis()
		made <- answer{d, err}
	}()
	if a := <-made; a.err == nil {
		return a.d, DetailFull, nil
	}
	return nil, DetailQueues, nil
}

// sockets calls f with all TCP sockets that the process could have.
func (p *Process) sockets(f func(*socket)) error {
	if p.diagnosis != nil {
		return p.diagnosis.all(f)
	}
	for _, name := range []string{"tcp", "tcp6"} {
		if err := readTable(proc.Dir(p.root.Number)+"/net/"+name, wantedStates, f); err != nil && !os.IsNotExist(err) {
			if _, gone := proc.Read(p.root.Number); proc.Gone(gone) {
				p.ended = true
				return nil
			}
			return err
		}
	}
	return nil
}

// ask calls f with each connection that is followed and still there.
func (p *Process) ask(f func(*socket)) error {
	if p.diagnosis != nil {
		return p.diagnosis.these(p.live, f)
	}
	return p.sockets(func(s *socket) {
		if p.links[s.id] != nil {
			f(s)
		}
	})
}

// readTable reads /proc/PID/net/tcp or tcp6: a line a socket, after a headline.
func readTable(name string, wanted uint64, f func(*socket)) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Scan()
	for lines.Scan() {
		if s, ok := parseLine(lines.Text(), wanted); ok {
			f(&s)
		}
	}
	return lines.Err()
}

// anyState wants sockets of every state.
const anyState = ^uint64(0)

// parseLine reads the queues of a socket, in hexadecimal; false if it is in none of the states
// that are wanted.
func parseLine(line string, wanted uint64) (socket, bool) {
	fields := strings.Fields(line)
	if len(fields) < 10 {
		return socket{}, false
	}
	st, err := strconv.ParseUint(fields[3], 16, 8)
	if err != nil || wanted>>st&1 == 0 {
		return socket{}, false
	}
	s := socket{listens: st == listenState, connects: st == synSent, window: -1}
	out, in, _ := strings.Cut(fields[4], ":")
	unsentBytes, err1 := strconv.ParseUint(out, 16, 32)
	unreadBytes, err2 := strconv.ParseUint(in, 16, 32)
	inode, err3 := strconv.ParseUint(fields[9], 10, 32)
	var ok1, ok2 bool
	s.local, ok1 = parseAddress(fields[1])
	s.remote, ok2 = parseAddress(fields[2])
	if err1 != nil || err2 != nil || err3 != nil || !ok1 || !ok2 {
		return socket{}, false
	}
	s.unsent, s.unread, s.inode = uint32(unsentBytes), uint32(unreadBytes), uint32(inode)
	copy(s.id[:], fmt.Sprint(s.inode)) // there is no cookie
	return s, true
}

// parseAddress reads an address as /proc has it: words of 32 bits in the machine's order.
func parseAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	b, err := hex.DecodeString(host)
	n, wrong := strconv.ParseUint(port, 16, 16)
	if err != nil || wrong != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		b[i], b[i+1], b[i+2], b[i+3] = b[i+3], b[i+2], b[i+1], b[i]
	}
	a, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(a.Unmap(), uint16(n)), ok
}
