package boundedfile_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"collatebench/internal/boundedfile"
)

func Example() {
	path := filepath.Join(os.TempDir(), "boundedfile-example")
	defer os.Remove(path)
	if err := os.WriteFile(path, make([]byte, 3<<10), 0o666); err != nil {
		log.Fatal(err)
	}
	text, err := boundedfile.Read(path, 4<<10)
	fmt.Println(len(text), "bytes,", err)
	_, err = boundedfile.Read(path, 1<<10)
	fmt.Println(strings.TrimPrefix(err.Error(), os.TempDir()+"/"))
	// Output:
	// 3072 bytes, <nil>
	// boundedfile-example: it has 3 KiB; at most 1 KiB are read
}
