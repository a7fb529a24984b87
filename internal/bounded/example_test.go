//go:build unix

package bounded_test

import (
	"fmt"
	"log"
	"os/exec"

	"collatebench/internal/bounded"
)

func Example() {
	said := bounded.Buffer{Head: 12, Tail: 7}
	cmd := exec.Command("sh", "-c", "seq 100000")
	cmd.Stdout = &said
	if err := cmd.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Print(&said)
	// Output:
	// 1
	// 2
	// 3
	// 4
	// 5
	// 6
	// ... 588876 bytes left out ...
	// 100000
}
