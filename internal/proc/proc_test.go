package proc_test

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"collatebench/internal/proc"
)

const rest = " S 7 8 9 0 -1 4194560 10 0 5 0 3 4 0 0 20 0 3 0 123456 1000 100"

func TestParse(t *testing.T) {
	got, err := proc.Parse(42, []byte("42 (a) (b c)"+rest))
	want := proc.Stat{ID: proc.ID{Number: 42, Began: 123456}, Name: "a) (b c", State: 'S', Parent: 7, Group: 8, Session: 9, Threads: 3, Faults: 5}
	if err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if got, err := proc.Parse(42, []byte("42 (k)"+strings.Replace(rest, "4194560", "2129984", 1))); err != nil || !got.Kernel {
		t.Errorf("%+v, %v: no thread of the kernel", got, err)
	}
	for _, bad := range []string{"", "42 a S 7", "42 (a) S 7", "42 )a(" + rest, "42 (a)" + strings.Replace(rest, "123456", "x", 1), "42 (a)" + strings.Replace(rest, " 7 ", " x ", 1)} {
		if _, err := proc.Parse(42, []byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// TestEnded: a process whose first thread has ended runs on in the others.
func TestEnded(t *testing.T) {
	for _, c := range []struct {
		state   byte
		threads int
		want    bool
	}{{'S', 1, false}, {'Z', 1, true}, {'Z', 0, true}, {'Z', 4, false}, {'X', 1, true}, {'R', 0, false}} {
		if got := (proc.Stat{State: c.state, Threads: c.threads}).Ended(); got != c.want {
			t.Errorf("%c with %d threads: %v", c.state, c.threads, got)
		}
	}
}

func TestGone(t *testing.T) {
	for err, want := range map[error]bool{fs.ErrNotExist: true, syscall.ESRCH: true, syscall.EMFILE: false, fs.ErrPermission: false, errors.New("x"): false} {
		if proc.Gone(err) != want {
			t.Errorf("%v: %v", err, !want)
		}
	}
}
