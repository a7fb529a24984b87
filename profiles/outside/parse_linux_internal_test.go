//go:build linux

package outside

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestDamagedMessages: whatever the kernel sends, nothing is read beyond its end.
func TestDamagedMessages(t *testing.T) {
	whole := question(nil, 0, unix.AF_INET, nil)
	body := append(make([]byte, diagHead), 0, 1, 2, 0)
	answer := binary.NativeEndian.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(body)))
	answer = binary.NativeEndian.AppendUint16(answer, sockDiag)
	answer = append(answer, make([]byte, 10)...)
	answer = append(answer, body...)
	for n := range answer {
		if done, err := messages(answer[:n], func(*socket) { t.Errorf("a socket in %d bytes", n) }); n >= unix.NLMSG_HDRLEN && err == nil && !done {
			t.Errorf("%d of %d bytes: no error", n, len(answer))
		}
	}
	if _, err := messages(whole, func(*socket) {}); err != nil {
		t.Error(err)
	}
	short := binary.NativeEndian.AppendUint32(nil, 3)
	if _, err := messages(append(short, make([]byte, 20)...), nil); err == nil {
		t.Error("a message of 3 bytes is no error")
	}
	failed := binary.NativeEndian.AppendUint32(nil, 20)
	failed = binary.NativeEndian.AppendUint16(failed, unix.NLMSG_ERROR)
	failed = append(failed, make([]byte, 10)...)
	failed = binary.NativeEndian.AppendUint32(failed, uint32(0xffffffff&(-int64(unix.ENOENT))))
	if _, err := messages(failed, nil); !errors.Is(err, unix.ENOENT) {
		t.Errorf("%v, want %v", err, unix.ENOENT)
	}
}

func TestParseStat(t *testing.T) {
	rest := " S 7 1 1 0 -1 4194560 10 0 5 0 3 4 0 0 20 0 3 0 123456 1000 100"
	p, err := parseStat(42, []byte("42 (a) (b c)"+rest))
	if err != nil || p.name != "a) (b c" || p.parent != 7 || p.faults != 5 || p.began != 123456 || p.state != 'S' {
		t.Errorf("%+v, %v", p, err)
	}
	for _, bad := range []string{"", "42 a S 7", "42 (a) S 7", "42 (a)" + strings.Replace(rest, "123456", "x", 1)} {
		if _, err := parseStat(42, []byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
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
