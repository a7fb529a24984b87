package diagnose_test

import (
	"fmt"
	"log"
	"os"
	"strings"

	"collatebench/profiles/diagnose"
)

func Example() {
	f, err := os.Open("testdata/collector.trace")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	r, err := diagnose.Read(f, diagnose.Options{})
	if err != nil {
		log.Fatal(err)
	}
	first, _, _ := strings.Cut(r.Verdict.Sentence, "\n")
	fmt.Println(first)
	// Output:
	// serialised: one goroutine (collatebench/profiles/diagnose_test.gather) runs for 94% of the time and 7 others wait for it; 1.17 of 2 cores used.
}
