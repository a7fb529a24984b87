package outside

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Constants of the kernel's sock_diag and inet_diag that package unix does not have.
const (
	sockDiag     = 20 // SOCK_DIAG_BY_FAMILY
	diagInfo     = 2  // INET_DIAG_INFO
	diagHead     = 72 // bytes of inet_diag_msg
	diagRequest  = 56 // bytes of inet_diag_req_v2
	established  = 1
	synSent      = 2
	closeWait    = 8
	listenState  = 10
	wantedStates = 1<<established | 1<<synSent | 1<<closeWait | 1<<listenState
)

// A diagnosis asks the kernel for TCP sockets over netlink. It uses the socket's calls
// directly: with a library that makes a value of each message, one question took as long as ten
// do here, and the watcher has a hundredth of a core.
type diagnosis struct {
	fd       int
	buffer   []byte
	sequence uint32 // of the last question: what is left of an answer to an earlier one is not taken for this
}

func newDiagnosis() (*diagnosis, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("ask for sockets: %w", err)
	}
	// A full queue of answers loses some; no answer at all must not stop the watcher.
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4<<20),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2}))
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("ask for sockets: %w", err)
	}
	return &diagnosis{fd: fd, buffer: make([]byte, 64<<10)}, nil
}

func (d *diagnosis) close() { unix.Close(d.fd) }

// all calls f with every TCP socket of the network namespace that is open, connects or listens.
// The socket is valid during the call alone.
func (d *diagnosis) all(f func(*socket)) error {
	missing := 0
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		d.sequence++
		if err := d.send(question(nil, d.sequence, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, family, nil)); err != nil {
			return err
		}
		for done := false; !done; {
			b, err := d.receive()
			if err != nil {
				return err
			}
			_, done, err = messages(b, d.sequence, f)
			switch {
			case errors.Is(err, unix.ENOENT): // a kernel without IPv6
				missing++
			case err != nil:
				return fmt.Errorf("ask for sockets: %w", err)
			}
		}
	}
	if missing == 2 {
		return errNoDiagnosis
	}
	return nil
}

func (d *diagnosis) send(request []byte) error {
	if err := unix.Sendto(d.fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("ask for sockets: %w", err)
	}
	return nil
}

// receive waits for a message. The runtime's own signals interrupt it: a call with a timeout
// is not taken up again by the kernel.
func (d *diagnosis) receive() ([]byte, error) {
	for {
		n, _, err := unix.Recvfrom(d.fd, d.buffer, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("ask for sockets: %w", err)
		}
		return d.buffer[:n], nil
	}
}

// errNoDiagnosis is of a kernel that does not tell of sockets over netlink.
var errNoDiagnosis = errors.New("ask for sockets: this kernel has no inet_diag")

// atOnce is how many sockets one message asks for.
const atOnce = 64

// these calls f with each of the sockets that is still there.
func (d *diagnosis) these(links []*link, f func(*socket)) error {
	for len(links) > 0 {
		n := min(len(links), atOnce)
		d.sequence++
		var request []byte
		for _, l := range links[:n] {
			request = question(request, d.sequence, unix.NLM_F_REQUEST, l.family(), &l.id)
		}
		links = links[n:]
		if err := d.send(request); err != nil {
			return err
		}
		// The kernel has answered each before send returns, with a socket or an error.
		for n > 0 {
			b, err := d.receive()
			if err != nil {
				return err
			}
			answers, _, err := messages(b, d.sequence, f)
			if err != nil && !errors.Is(err, unix.ENOENT) { // that is closed
				return fmt.Errorf("ask for sockets: %w", err)
			}
			n -= answers
		}
	}
	return nil
}

func (l *link) family() byte {
	if l.six {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// question appends a netlink message with an inet_diag_req_v2: for all sockets, or for one.
func question(b []byte, sequence uint32, flags uint16, family byte, id *[48]byte) []byte {
	b = binary.NativeEndian.AppendUint32(b, unix.NLMSG_HDRLEN+diagRequest)
	b = binary.NativeEndian.AppendUint16(b, sockDiag)
	b = binary.NativeEndian.AppendUint16(b, flags)
	b = binary.NativeEndian.AppendUint32(b, sequence)
	b = append(b, make([]byte, 4)...) // the sender
	b = append(b, family, unix.IPPROTO_TCP, 1<<(diagInfo-1), 0)
	b = binary.NativeEndian.AppendUint32(b, wantedStates)
	if id == nil {
		id = new([48]byte)
	}
	return append(b, id[:]...)
}

// messages calls f with each socket in what was received; done is true at a dump's end. It counts
// the answers to the question with that sequence, and passes over those to others.
func messages(b []byte, sequence uint32, f func(*socket)) (answers int, done bool, err error) {
	var s socket
	for len(b) >= unix.NLMSG_HDRLEN {
		length := int(binary.NativeEndian.Uint32(b))
		if length < unix.NLMSG_HDRLEN || length > len(b) {
			return answers, true, fmt.Errorf("a message of %d bytes in %d", length, len(b))
		}
		kind, of, body := binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint32(b[8:]), b[unix.NLMSG_HDRLEN:length]
		b = b[min(len(b), (length+3)&^3):]
		if of != sequence {
			continue
		}
		answers++
		switch kind {
		case unix.NLMSG_DONE:
			return answers, true, nil
		case unix.NLMSG_ERROR:
			if len(body) < 4 {
				return answers, true, errors.New("an error without its number")
			}
			return answers, true, unix.Errno(-int32(binary.NativeEndian.Uint32(body)))
		case sockDiag:
			// Asked for one socket the kernel returns it in any state, also when only its end is
			// left, without what it had received.
			if s.parse(body) && wantedStates>>body[1]&1 == 1 {
				f(&s)
			}
		}
	}
	return answers, false, nil
}

// parse reads an inet_diag_msg with its attributes; false if it is cut short.
func (s *socket) parse(b []byte) bool {
	if len(b) < diagHead {
		return false
	}
	*s = socket{
		six: b[0] == unix.AF_INET6, listens: b[1] == listenState, connects: b[1] == synSent,
		local: address(b[0], b[8:24], b[4:6]), remote: address(b[0], b[24:40], b[6:8]),
		unread: binary.NativeEndian.Uint32(b[56:]), unsent: binary.NativeEndian.Uint32(b[60:]),
		inode: binary.NativeEndian.Uint32(b[68:]), window: -1,
	}
	copy(s.id[:], b[4:52])
	for b = b[diagHead:]; len(b) >= 4; {
		length := int(binary.NativeEndian.Uint16(b))
		if length < 4 || length > len(b) {
			return false
		}
		if binary.NativeEndian.Uint16(b[2:]) == diagInfo {
			s.take(b[4:length])
		}
		b = b[min(len(b), (length+3)&^3):]
	}
	return true
}

// take reads a tcp_info. That of an older kernel is shorter.
func (s *socket) take(b []byte) {
	var i unix.TCPInfo
	n := copy(unsafe.Slice((*byte)(unsafe.Pointer(&i)), unsafe.Sizeof(i)), b)
	s.known = n >= int(unsafe.Offsetof(i.Bytes_received)+unsafe.Sizeof(i.Bytes_received)) // Linux 4.1
	if !s.known {
		return
	}
	s.received, s.pieces = i.Bytes_received, i.Data_segs_out
	s.lastSent, s.lastReceived, s.lastAcked, s.rtt = i.Last_data_sent, i.Last_data_recv, i.Last_ack_recv, i.Rtt
	s.sent = i.Bytes_acked + uint64(s.unsent)
	if n >= int(unsafe.Offsetof(i.Bytes_sent)+unsafe.Sizeof(i.Bytes_sent)) { // Linux 4.19
		s.sent = i.Bytes_sent - i.Bytes_retrans
	}
	if n >= int(unsafe.Offsetof(i.Rcv_wnd)+unsafe.Sizeof(i.Rcv_wnd)) { // Linux 6.2
		s.window = int64(i.Rcv_wnd)
	}
}

// address of a family with its port, both in the network's order. One of IPv4 in IPv6 is one
// of IPv4.
func address(family byte, ip, port []byte) netip.AddrPort {
	var a netip.Addr
	if family == unix.AF_INET {
		a = netip.AddrFrom4([4]byte(ip))
	} else {
		a = netip.AddrFrom16([16]byte(ip)).Unmap()
	}
	return netip.AddrPortFrom(a, binary.BigEndian.Uint16(port))
}
