package results

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
)

// errNotDir is what opening a/b gives where a is a file.
const errNotDir = syscall.ENOTDIR

// stagedName returns an unused hidden name in the folder, for something that
// takes its own name by a rename once it is whole.
func stagedName(dir, name string) string {
	return filepath.Join(dir, "."+name+"-"+rand.Text()[:10])
}

// writeWhole writes a file so that its name never shows a part of it, even
// after a crash.
func writeWhole(path string, content []byte) error {
	staged := stagedName(filepath.Dir(path), filepath.Base(path))
	err := writeSynced(staged, content)
	if err == nil {
		err = os.Rename(staged, path)
	}
	if err != nil {
		os.Remove(staged)
		return err
	}
	syncDir(filepath.Dir(path))
	return nil
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// syncDir makes a rename last. Some systems cannot sync a folder; the file is
// whole there too.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

func writeJSON(path string, v any) error {
	text, err := indented(v)
	if err != nil {
		return err
	}
	return writeWhole(path, text)
}

func indented(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}
