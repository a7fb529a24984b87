//go:build linux

package outside_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"collatebench/profiles/outside"
)

func Example() {
	e, err := outside.Watch(context.Background(), os.Getppid(), outside.Options{Seconds: .5})
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("%.2f cores; on %.1f of %.1f connections the upstream owes an answer",
		e.Cores, e.Upstream.Asked, e.Upstream.Connections)
	fmt.Println(e.PID == os.Getppid(), e.Cost.Samples > 0)
	// Output: true true
}
