//go:build linux || darwin

// Package filelimit has a test write to a disk that is full:
//
//	f, err := os.CreateTemp("", "full-")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer os.Remove(f.Name())
//	err = filelimit.While(10, func() error { _, err := f.Write(make([]byte, 20)); return err })
//	fmt.Println(errors.Is(err, syscall.EFBIG))
//
// The limit is of the whole process. A test whose package writes files meanwhile, as package
// testing does for a profile, is to be [Alone].
package filelimit

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

const alone = "FILELIMIT_ALONE"

// Alone runs the test once more, in a process of its own, and says whether this is that process;
// the other one is to return.
func Alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(alone) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), alone+"="+t.Name())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// While has the files of this process end after so many bytes while do runs: a write across the
// end writes what is before it, and is then an error, as on a full disk. It returns do's error.
func While(most uint64, do func() error) error {
	signal.Ignore(syscall.SIGXFSZ) // which would end the process
	defer signal.Reset(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	small := was
	small.Cur = most
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		return err
	}
	err := do()
	return errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
}
