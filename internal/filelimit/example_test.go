//go:build linux || darwin

package filelimit_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"syscall"

	"collatebench/internal/filelimit"
)

func Example() {
	f, err := os.CreateTemp("", "full-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(f.Name())
	err = filelimit.While(10, func() error { _, err := f.Write(make([]byte, 20)); return err })
	fmt.Println(errors.Is(err, syscall.EFBIG))
	// Output: true
}
