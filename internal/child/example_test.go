//go:build unix

package child_test

import (
	"context"
	"fmt"
	"log"
	"os/exec"

	"collatebench/internal/child"
)

func Example() {
	cmd := exec.Command("sh", "-c", `echo '{"url":"http://127.0.0.1:8080"}'; cat; echo bye >&2`)
	c, err := child.Start(context.Background(), cmd, child.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(c.URL)
	child.Stop(c)
	fmt.Println(c.Exit())
	// Output:
	// http://127.0.0.1:8080
	// the child process ended (it ended by itself); its last lines:
	// bye
}
