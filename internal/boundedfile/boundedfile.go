// Package boundedfile reads files that may come from anybody. It opens nothing but
// regular files, and reads no more of them than the caller allows:
//
//	path := filepath.Join(os.TempDir(), "boundedfile-example")
//	defer os.Remove(path)
//	if err := os.WriteFile(path, make([]byte, 3<<10), 0o666); err != nil {
//		log.Fatal(err)
//	}
//	text, err := boundedfile.Read(path, 4<<10)
//	fmt.Println(len(text), "bytes,", err)
//	_, err = boundedfile.Read(path, 1<<10)
//	fmt.Println(strings.TrimPrefix(err.Error(), os.TempDir()+"/"))
//
// A named pipe, a socket, a device or a folder is refused at once: no call here waits
// for another process. What it opens below a folder, it opens without following a link
// out of that folder. The package does not know what is in the files.
package boundedfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// A TooLargeError says that a file has more bytes than the caller reads.
type TooLargeError struct {
	Name string
	Size int64 // bytes; where the file grew while it was read, what was seen of it
	Most int64 // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s: it has %s; at most %s are read", e.Name, sizeText(e.Size), sizeText(e.Most))
}

// An IrregularError says that a name is of something that is no regular file.
type IrregularError struct {
	Name string
	Mode fs.FileMode
}

func (e *IrregularError) Error() string {
	return fmt.Sprintf("%s: not a regular file: it is %s", e.Name, kind(e.Mode))
}

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return m.String()
}

// Open opens the regular file at path for reading. It follows links. Its errors are
// those of os.Open, a [*TooLargeError] or an [*IrregularError].
func Open(path string, most int64) (*os.File, error) {
	return open(path, most, os.O_RDONLY, os.Stat, os.OpenFile)
}

// OpenIn opens a regular file below root for reading. name has slashes. A link that
// leads out of root is an error.
func OpenIn(root *os.Root, name string, most int64) (*os.File, error) {
	return OpenFileIn(root, name, most, os.O_RDONLY)
}

// OpenFileIn is OpenIn with flags for os.OpenFile, such as os.O_RDWR|os.O_APPEND. It
// does not make a file.
func OpenFileIn(root *os.Root, name string, most int64, flag int) (*os.File, error) {
	return open(filepath.FromSlash(name), most, flag, root.Stat, root.OpenFile)
}

// Read reads the regular file at path, as Open opens it.
func Read(path string, most int64) ([]byte, error) {
	f, err := Open(path, most)
	if err != nil {
		return nil, err
	}
	return readAll(f, path, most)
}

// ReadIn reads a regular file below root, as OpenIn opens it.
func ReadIn(root *os.Root, name string, most int64) ([]byte, error) {
	f, err := OpenIn(root, name, most)
	if err != nil {
		return nil, err
	}
	return readAll(f, name, most)
}

// ReadBelow reads a regular file below a folder, as OpenIn opens it.
func ReadBelow(dir, name string, most int64) ([]byte, error) {
	root, err := OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return ReadIn(root, name, most)
}

// OpenRoot is os.OpenRoot, which waits where the path is of a named pipe.
func OpenRoot(dir string) (*os.Root, error) {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: dir, Err: syscall.ENOTDIR}
	}
	if err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}

// ReadDirIn lists at most so many entries of a folder below root, sorted by name. More
// are left out: which ones is not defined.
func ReadDirIn(root *os.Root, name string, most int) ([]fs.DirEntry, error) {
	name = filepath.FromSlash(name)
	info, err := root.Stat(name)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: syscall.ENOTDIR}
	}
	if err != nil {
		return nil, err
	}
	f, err := root.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(most)
	if err != nil && err != io.EOF {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// open looks before it opens: to open a device can have effects. It opens without
// blocking and looks again, because the name may be of another file by then.
func open(name string, most int64, flag int, stat func(string) (fs.FileInfo, error), openFile func(string, int, fs.FileMode) (*os.File, error)) (*os.File, error) {
	info, err := stat(name)
	if err == nil {
		err = check(name, info, most)
	}
	if err != nil {
		return nil, err
	}
	f, err := openFile(name, flag|nonblock, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = check(name, info, most)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func check(name string, info fs.FileInfo, most int64) error {
	switch {
	case !info.Mode().IsRegular():
		return &IrregularError{name, info.Mode()}
	case info.Size() > most:
		return &TooLargeError{name, info.Size(), most}
	}
	return nil
}

// readAll reads and closes a file. It counts what it reads: a file may grow meanwhile,
// and those of /proc have the size 0.
func readAll(f *os.File, name string, most int64) ([]byte, error) {
	defer f.Close()
	var b bytes.Buffer
	if info, err := f.Stat(); err == nil {
		b.Grow(int(min(info.Size(), most)) + bytes.MinRead)
	}
	n, err := io.Copy(&b, io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, err
	case n > most:
		return nil, &TooLargeError{name, n, most}
	}
	return b.Bytes(), nil
}

// sizeText writes a number of bytes: 64 MiB, or 1.5 KiB (1536 bytes).
func sizeText(n int64) string {
	const step = 1 << 10
	if n < step {
		return fmt.Sprintf("%d bytes", n)
	}
	unit, size := 0, float64(n)
	for size >= step && unit < len("KMGTPE") {
		size, unit = size/step, unit+1
	}
	name := "KMGTPE"[unit-1:unit] + "iB"
	if size == float64(int64(size)) {
		return fmt.Sprintf("%d %s", int64(size), name)
	}
	return fmt.Sprintf("%.1f %s (%d bytes)", size, name, n)
}
