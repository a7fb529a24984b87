package view

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestIDList: the folders are looked into again when the folder around them changes.
func TestIDList(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	var l idList
	list := func(want ...string) {
		t.Helper()
		if got, err := l.list(root); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
	add := func(id string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(root, id), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, id, infoName), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	list()
	add("1")
	list("1")
	add("2")
	list("2", "1")
	past := time.Now().Add(-time.Minute)
	if err := os.Chtimes(root, past, past); err != nil {
		t.Fatal(err)
	}
	list("2", "1")
	if l.ids = []string{"kept"}; l.changed.After(past) {
		t.Fatal("it does not know the folder's time")
	}
	list("kept")
	add("3")
	list("3", "2", "1")
}
