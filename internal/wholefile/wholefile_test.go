package wholefile_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"collatebench/internal/wholefile"
)

// holds checks that dir has these names and no hidden file.
func holds(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	for _, content := range []string{"first, and longer", "second", ""} {
		if err := wholefile.Write(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("read back %q, %v; want %q", got, err, content)
		}
		holds(t, filepath.Dir(path), "a")
	}
}

// TestPermissions: a file gets what any program's new file gets.
func TestPermissions(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Write(filepath.Join(dir, "whole"), nil); err != nil {
		t.Fatal(err)
	}
	plain, err1 := os.Stat(filepath.Join(dir, "plain"))
	whole, err2 := os.Stat(filepath.Join(dir, "whole"))
	if err1 != nil || err2 != nil || plain.Mode() != whole.Mode() {
		t.Errorf("%v and %v (%v, %v)", plain.Mode(), whole.Mode(), err1, err2)
	}
}

func TestWriteJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	if err := wholefile.WriteJSON(path, map[string][]int{"b": {1}, "a": nil}); err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"a\": null,\n  \"b\": [\n    1\n  ]\n}\n"
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("wrote %q, %v; want %q", got, err, want)
	}
	if err := wholefile.WriteJSON(path, func() {}); err == nil {
		t.Error("a function was written as JSON")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("after an error it is %q, %v", got, err)
	}
}

func TestDiscard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := wholefile.Write(path, []byte("before")); err != nil {
		t.Fatal(err)
	}
	f, err := wholefile.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("after")); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	holds(t, filepath.Dir(path), "a")
	if got, err := os.ReadFile(path); err != nil || string(got) != "before" {
		t.Errorf("it is %q, %v", got, err)
	}
}

// TestErrors: each names the file, never the hidden name alone, and leaves
// nothing behind.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	missing, taken := filepath.Join(dir, "no", "a"), filepath.Join(dir, "taken")
	if err := os.Mkdir(taken, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{missing, taken} {
		if err := wholefile.Write(path, []byte("a")); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	holds(t, dir, "taken")
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	left := wholefile.StagedName(dir, "a[1]")
	others := []string{".a[1]-short", wholefile.StagedName("", "a"), "a[1]"}
	for _, path := range []string{left, filepath.Join(dir, others[0]), filepath.Join(dir, others[1]), filepath.Join(dir, others[2])} {
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	wholefile.Sweep(filepath.Join(dir, "a[1]"))
	slices.Sort(others)
	holds(t, dir, others...)
	wholefile.Sweep(filepath.Join(dir, "no", "a"))
}

// TestSweepFolder takes what is staged and old enough, of any file; no folder, and nothing
// through a link.
func TestSweepFolder(t *testing.T) {
	dir := t.TempDir()
	old, young := wholefile.StagedName(dir, "a"), wholefile.StagedName(dir, "b")
	for _, path := range []string{old, young, filepath.Join(dir, "a"), filepath.Join(dir, ".notes-abc")} {
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-time.Hour)
	if err := errors.Join(os.Chtimes(old, past, past), os.Mkdir(filepath.Join(dir, ".c-AAAAAAAAAA"), 0o777)); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	wholefile.SweepFolder(link, 0)
	wholefile.SweepFolder(dir, time.Minute)
	holds(t, dir, filepath.Base(young), ".c-AAAAAAAAAA", ".notes-abc", "a")
	wholefile.SweepFolder(dir, 0)
	holds(t, dir, ".c-AAAAAAAAAA", ".notes-abc", "a")
}
