package wholefile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"collatebench/internal/wholefile"
)

func Example() {
	path := filepath.Join(os.TempDir(), "wholefile-example")
	defer os.Remove(path)
	f, err := wholefile.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(f, "the first line")
	_, err = os.Stat(path)
	fmt.Println("before Commit:", errors.Is(err, fs.ErrNotExist))
	if err := f.Commit(); err != nil {
		log.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	fmt.Printf("after Commit: %q\n", text)
	// Output:
	// before Commit: true
	// after Commit: "the first line\n"
}
