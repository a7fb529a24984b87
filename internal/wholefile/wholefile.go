// Package wholefile writes files that appear whole: under a file's name stands
// what was there before or all that is new, also after a crash.
//
//	path := filepath.Join(os.TempDir(), "wholefile-example")
//	defer os.Remove(path)
//	f, err := wholefile.Create(path)
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Fprintln(f, "the first line")
//	_, err = os.Stat(path)
//	fmt.Println("before Commit:", errors.Is(err, fs.ErrNotExist))
//	if err := f.Commit(); err != nil {
//		log.Fatal(err)
//	}
//	text, _ := os.ReadFile(path)
//	fmt.Printf("after Commit: %q\n", text)
//
// Content goes to a hidden file beside, which is synced, then renamed; then
// the folder is synced, without which the rename may not outlast a power cut.
// It does not keep two writers of one file apart: the last rename stays.
//
// Not github.com/google/renameio: it does not build on Windows, and it does
// not sync the folder.
package wholefile

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A File is being written under a hidden name. Either Commit or Discard ends
// it.
type File struct {
	file *os.File
	path string
	err  error // the first of Write: the runtime's profilers drop it
}

// Create begins the file at path, with the permissions 0666 before umask.
func Create(path string) (*File, error) {
	f, err := os.OpenFile(StagedName(filepath.Dir(path), filepath.Base(path)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, named(err, path)
	}
	return &File{file: f, path: path}, nil
}

// named makes an error name the file: the hidden name would tell nobody anything.
func named(err error, path string) error {
	if bad := (*fs.PathError)(nil); errors.As(err, &bad) {
		bad.Path = path
	}
	return err
}

// Write returns the error of this write. Commit returns the first of all.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	err = named(err, f.path)
	f.err = cmp.Or(f.err, err)
	return n, err
}

// Commit gives the file its name, unless something was not written.
func (f *File) Commit() error {
	err := f.err
	if err == nil {
		err = named(f.file.Sync(), f.path)
	}
	err = cmp.Or(err, named(f.file.Close(), f.path))
	if err == nil {
		err = os.Rename(f.file.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(f.file.Name())
		return err
	}
	SyncDir(filepath.Dir(f.path))
	return nil
}

// Discard drops the file.
func (f *File) Discard() {
	_ = f.file.Close()
	_ = os.Remove(f.file.Name())
}

// Write writes the file at path.
func Write(path string, content []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	_, _ = f.Write(content) // Commit returns its error
	return f.Commit()
}

// WriteJSON writes v to the file at path, indented by two spaces, with a
// newline at the end.
func WriteJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return Write(path, append(text, '\n'))
}

// randomLength is that of the random part of a staged name, 50 bits.
const randomLength = 10

// staged matches the names of StagedName. rand.Text is of base32.
var staged = regexp.MustCompile(fmt.Sprintf(`^\..+-[A-Z2-7]{%d}$`, randomLength))

// StagedName returns an unused hidden name in dir for a file or a folder that
// is to be renamed to name once it is whole.
func StagedName(dir, name string) string {
	return filepath.Join(dir, "."+name+"-"+rand.Text()[:randomLength])
}

// Sweep removes what killed processes have left of the file at path. It is
// only for a caller who knows that nobody else writes this file now.
func Sweep(path string) {
	prefix := "." + filepath.Base(path) + "-"
	entries, _ := os.ReadDir(filepath.Dir(path)) // no folder: nothing is left
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && len(e.Name()) == len(prefix)+randomLength {
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}

// SweepFolder is Sweep of all files in dir, which is no link. It takes only what nobody has
// written to for so long: with 0, nobody else may write any file there now.
func SweepFolder(dir string, untouched time.Duration) {
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return // nothing is left, or it is not ours
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if !staged.MatchString(e.Name()) || e.IsDir() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) >= untouched {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// SyncDir makes renames in a folder last. Some systems can't sync a folder;
// files are whole there too.
func SyncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}
