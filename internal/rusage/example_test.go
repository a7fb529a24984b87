//go:build unix

package rusage_test

import (
	"fmt"
	"log"
	"os/exec"

	"collatebench/internal/rusage"
)

func Example() {
	began := rusage.SelfCPU()
	for rusage.SelfCPU() == began { // until the clock of CPU time moves on
	}
	cmd := exec.Command("sh", "-c", "exit")
	if err := cmd.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("more than 100 kB:", rusage.MaxRSS(cmd.ProcessState) > 100e3)
	// Output: more than 100 kB: true
}
