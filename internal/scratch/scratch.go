// Package scratch makes folders for files that a process needs while it runs, and
// removes those of processes that were killed.
//
//	f, err := scratch.New("")
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println(strings.HasPrefix(filepath.Base(f.Path), "collatebench-"))
//	f.Remove()
//	_, err = os.Stat(f.Path)
//	fmt.Println(errors.Is(err, fs.ErrNotExist))
//
// Each folder has a lock, which the kernel releases however the process dies. A folder
// whose lock is free belongs to nobody. It does not know what is in a folder.
package scratch

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

const (
	prefix   = "collatebench-"
	lockName = ".collatebench-scratch.lock"
	newLock  = lockName + ".new"
)

// A Folder is one process's, until Remove. Keep it until then: with it goes its lock.
type Folder struct {
	Path string

	lock *flock.Flock // nil where the file system has no locks: then nobody sweeps the folder
}

// New makes a folder in parent, or with "" where the system keeps temporary files. It
// first removes those that killed processes of this user have left there.
func New(parent string) (*Folder, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	Sweep(parent)
	path, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return nil, err
	}
	f := &Folder{Path: path}
	// Lock it before it has the name by which others find it: they would take a lock
	// that is not yet held for a dead process's.
	lock := flock.New(filepath.Join(path, newLock))
	held, err := lock.TryLock()
	if err == nil && held && os.Rename(lock.Path(), filepath.Join(path, lockName)) == nil {
		f.lock = lock
	} else {
		_ = lock.Close()
	}
	return f, nil
}

// Remove removes the folder with all that is in it. Of a nil Folder it does nothing.
func (f *Folder) Remove() {
	if f == nil {
		return
	}
	if f.lock != nil {
		_ = f.lock.Close() // some systems do not remove a file that is open
	}
	_ = os.RemoveAll(f.Path) // what can't be removed now the next sweep will try again
}

// Sweep removes the folders in parent that killed processes of this user have left there.
// It is careful: others may write to parent, and what has the prefix by chance is no folder
// of this package.
func Sweep(parent string) {
	entries, _ := os.ReadDir(parent) // no folder: New says so
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) || !e.IsDir() {
			continue
		}
		path := filepath.Join(parent, e.Name())
		if info, err := e.Info(); err != nil || !owned(info) {
			continue
		}
		lock := filepath.Join(path, lockName)
		if info, err := os.Lstat(lock); err != nil || !info.Mode().IsRegular() {
			continue
		}
		l := flock.New(lock)
		held, err := l.TryLock()
		_ = l.Close()
		if err == nil && held {
			_ = os.RemoveAll(path)
		}
	}
}
