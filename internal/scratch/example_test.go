package scratch_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"

	"collatebench/internal/scratch"
)

func Example() {
	f, err := scratch.New("")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.HasPrefix(filepath.Base(f.Path), "collatebench-"))
	f.Remove()
	_, err = os.Stat(f.Path)
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// true
	// true
}
