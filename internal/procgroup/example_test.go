//go:build unix

package procgroup_test

import (
	"fmt"
	"log"
	"os/exec"
	"time"

	"collatebench/internal/procgroup"
)

func Example() {
	cmd := exec.Command("sh", "-c", "sleep 60 & wait")
	procgroup.Lead(cmd)
	if err := cmd.Start(); err != nil {
		log.Fatal(err)
	}
	procgroup.End(cmd)
	fmt.Println(cmd.Wait())
	for procgroup.Alive(cmd) {
		time.Sleep(time.Millisecond)
	}
	// Output: signal: killed
}
