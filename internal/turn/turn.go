// Package turn lets one process at a time have something that two would disturb each other
// at, such as a machine to measure on:
//
//	dir, err := os.MkdirTemp("", "turn-")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer os.RemoveAll(dir)
//	path := filepath.Join(dir, "lock")
//	mine, _, err := turn.Take(path)
//	if err != nil {
//		log.Fatal(err)
//	}
//	if err := mine.Say(turn.Holder{PID: os.Getpid(), Run: "first"}); err != nil {
//		log.Fatal(err)
//	}
//	second, holder, err := turn.Take(path)
//	fmt.Println(second, holder.Run, err)
//	mine.End()
//	second, _, err = turn.Take(path)
//	fmt.Println(second != nil, err)
//	second.End()
//
// The turn is a lock on a file. The kernel releases it however the process dies, and the
// file stays. It does not know what is run.
package turn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// maxHolder bounds what is read of who holds a turn, bytes: anybody may write the file.
const maxHolder = 4 << 10

// A Holder is who has the turn, as it said itself. All of it may be missing.
type Holder struct {
	PID   int       `json:"pid"`
	Run   string    `json:"run,omitempty"`
	Since time.Time `json:"since,omitzero"` // by the wall clock
}

// String names the holder: "run 20261122-204100 (pid 4711, since 20:41:00)".
func (h Holder) String() string {
	name := "another run"
	if h.Run != "" {
		name = "run " + h.Run
	}
	if h.PID == 0 {
		return name
	}
	if h.Since.IsZero() {
		return fmt.Sprintf("%s (pid %d)", name, h.PID)
	}
	return fmt.Sprintf("%s (pid %d, since %s)", name, h.PID, h.Since.Format(time.TimeOnly))
}

// A Turn is this process's until End. The nil Turn is nobody's.
type Turn struct{ file *os.File }

// Take takes the turn, and never waits for it. While another process has it, Take returns
// that one, and a nil Turn. An error means that nobody can tell whose turn it is.
func Take(path string) (*Turn, Holder, error) {
	f, err := open(path)
	if err != nil {
		return nil, Holder{}, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		defer f.Close()
		return nil, read(f), nil
	}
	if err != nil {
		f.Close()
		return nil, Holder{}, &fs.PathError{Op: "lock", Path: path, Err: err}
	}
	_ = f.Truncate(0) // what a process said that has died; of another user's file it stays
	return &Turn{f}, Holder{}, nil
}

// open opens the file, or makes one that every user may lock. In a folder for all, as /tmp
// is, Linux refuses to open another user's file where it might be made.
func open(path string) (*os.File, error) {
	const flags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK // a link or a pipe may lie there
	f, err := os.OpenFile(path, os.O_RDWR|flags, 0)
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.OpenFile(path, os.O_RDONLY|flags, 0)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|flags, 0o666); err == nil {
			_ = f.Chmod(0o666) // whatever the umask; of another user's file, made just now, it stays
		}
	}
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, errors.Join(&fs.PathError{Op: "lock", Path: path, Err: errors.New("not a file")}, err)
	}
	return f, nil
}

// read returns who holds the turn, as far as it said so.
func read(f *os.File) Holder {
	var h Holder
	text, err := io.ReadAll(io.NewSectionReader(f, 0, maxHolder))
	if err != nil || json.Unmarshal(text, &h) != nil || h.PID < 0 {
		return Holder{}
	}
	return h
}

// Say says who has the turn. It is an error where the file is another user's; then others
// are not told.
func (t *Turn) Say(h Holder) error {
	if t == nil {
		return nil
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := t.file.Truncate(0); err != nil {
		return err
	}
	_, err = t.file.WriteAt(text, 0)
	return err
}

// End gives the turn back. The file stays: one that is removed while another process waits
// for it would be two locks.
func (t *Turn) End() {
	if t == nil {
		return
	}
	_ = t.file.Truncate(0)
	_ = syscall.Flock(int(t.file.Fd()), syscall.LOCK_UN) // a child that was just being started may have the file open
	t.file.Close()
}
