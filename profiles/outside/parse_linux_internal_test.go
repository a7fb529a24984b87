//go:build linux

package outside

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// message is one of netlink.
func message(kind uint16, sequence uint32, body []byte) []byte {
	b := binary.NativeEndian.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(body)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = append(b, 0, 0)
	b = binary.NativeEndian.AppendUint32(b, sequence)
	return append(append(b, 0, 0, 0, 0), body...)
}

// failure is the body of an error.
func failure(e unix.Errno) []byte { return binary.NativeEndian.AppendUint32(nil, uint32(-int32(e))) }

func open() []byte { return append([]byte{unix.AF_INET, established}, make([]byte, diagHead-2)...) }

// TestMessages: answers to the question alone count, and those of sockets that are open.
func TestMessages(t *testing.T) {
	closed := open()
	closed[1] = 7
	for _, c := range []struct {
		name    string
		b       []byte
		sockets int
		answers int
		done    bool
		err     error
	}{
		{"two sockets", slices.Concat(message(sockDiag, 5, open()), message(sockDiag, 5, open())), 2, 2, false, nil},
		{"one that is closed", message(sockDiag, 5, closed), 0, 1, false, nil},
		{"one of an earlier question", slices.Concat(message(sockDiag, 4, open()), message(sockDiag, 5, open())), 1, 1, false, nil},
		{"an earlier question's end and error", slices.Concat(message(unix.NLMSG_DONE, 4, nil), message(unix.NLMSG_ERROR, 4, failure(unix.EPERM))), 0, 0, false, nil},
		{"the end", slices.Concat(message(sockDiag, 5, open()), message(unix.NLMSG_DONE, 5, nil)), 1, 2, true, nil},
		{"an error", message(unix.NLMSG_ERROR, 5, failure(unix.ENOENT)), 0, 1, true, unix.ENOENT},
	} {
		sockets := 0
		answers, done, err := messages(c.b, 5, func(*socket) { sockets++ })
		if sockets != c.sockets || answers != c.answers || done != c.done || !errors.Is(err, c.err) {
			t.Errorf("%s: %d sockets, %d answers, %v, %v", c.name, sockets, answers, done, err)
		}
	}
}

// TestDamagedMessages: whatever the kernel sends, nothing is read beyond its end.
func TestDamagedMessages(t *testing.T) {
	whole := message(sockDiag, 1, append(open(), 8, 0, diagInfo, 0, 1, 2, 3, 4))
	for n := range whole {
		if _, done, err := messages(whole[:n], 1, func(*socket) { t.Errorf("a socket in %d bytes", n) }); n >= unix.NLMSG_HDRLEN && err == nil && !done {
			t.Errorf("%d of %d bytes: no error", n, len(whole))
		}
	}
	for attribute := range uint16(12) { // a length that its attribute does not have
		b := open()
		b = binary.NativeEndian.AppendUint16(b, attribute)
		b = append(b, diagInfo, 0, 1, 2, 3)
		sockets := 0
		if _, _, err := messages(message(sockDiag, 1, b), 1, func(s *socket) { sockets++ }); err != nil || sockets > 1 {
			t.Errorf("an attribute of %d bytes in 7: %d sockets, %v", attribute, sockets, err)
		}
	}
	short := binary.NativeEndian.AppendUint32(nil, 3)
	if _, _, err := messages(append(short, make([]byte, 20)...), 0, nil); err == nil {
		t.Error("a message of 3 bytes is no error")
	}
	if _, _, err := messages(message(unix.NLMSG_ERROR, 1, []byte{1}), 1, nil); err == nil {
		t.Error("an error of one byte is none")
	}
}

func TestParseLine(t *testing.T) {
	const line = "   3: 0100007F:8A2E 0200007F:1F90 01 00000010:00000200 00:00000000 00000000  1000        0 34567 1 0000000000000000 20 4 30 10 -1"
	s, ok := parseLine(line, wantedStates)
	if !ok || s.local.String() != "127.0.0.1:35374" || s.remote.String() != "127.0.0.2:8080" || s.unsent != 16 || s.unread != 512 || s.inode != 34567 || s.known {
		t.Errorf("%+v, %v", s, ok)
	}
	six, ok := parseLine(strings.Replace(line, "0200007F", "B80D01200000000000000000"+"01000000", 1), wantedStates)
	if !ok || six.remote.String() != "[2001:db8::1]:8080" {
		t.Errorf("%+v, %v", six.remote, ok)
	}
	for _, bad := range []string{"", "sl local_address", strings.Replace(line, " 01 ", " 06 ", 1), strings.Replace(line, "0100007F", "01", 1), strings.Replace(line, "34567", "-1", 1)} {
		if _, ok := parseLine(bad, wantedStates); ok {
			t.Errorf("%q is a socket", bad)
		}
	}
}

func TestKindOf(t *testing.T) {
	for text, want := range map[string]blocking{
		"202 0x1 0x2": inLock, "running": running, "-1 0x1": running, "0 0x5": inRead, "9999 0x0": inOther, "": running,
	} {
		if got := kindOf([]byte(text)); got != want && (unix.SYS_FUTEX == 202 || text[0] != '2' && text[0] != '0') {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
