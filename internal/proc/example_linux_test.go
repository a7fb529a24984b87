package proc_test

import (
	"fmt"
	"log"
	"os"

	"collatebench/internal/proc"
)

func Example() {
	s, err := proc.Read(os.Getpid())
	if err != nil {
		log.Fatal(err)
	}
	threads, err := proc.Threads(s.Number)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Parent == os.Getppid(), s.Ended(), len(threads) > 0)
	// Output: true false true
}
