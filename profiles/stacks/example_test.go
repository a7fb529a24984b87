package stacks_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"collatebench/profiles/stacks"
)

func Example() {
	s, err := stacks.Take(context.Background(), stacks.Options{PIDs: []int{os.Getpid()}, Duration: 100 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	if h := s.Hotspot(); h.Function != "" {
		log.Printf("%.0f%% of %d samples in %s, called at %s (%s)", 100*h.Share, h.Samples, h.Calls, h.At, h.Function)
	}
	fmt.Println("something to say:", len(s.How)+len(s.Missing) > 0)
	// Output: something to say: true
}
