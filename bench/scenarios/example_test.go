package scenarios_test

import (
	"context"
	"fmt"
	"log"
	"regexp"

	"collatebench/bench/scenarios"
)

func Example() {
	matrix, err := scenarios.Run(context.Background(), scenarios.Options{Seeds: []uint64{3}, Only: regexp.MustCompile("^diagnose pipeline .*-window=16$")})
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range matrix {
		fmt.Printf("%s: the cause is %v\n", o.Title, o.Truth)
	}
	fmt.Println(matrix.Count(scenarios.Wrong), "verdicts are wrong")
	// Output:
	// pipeline -procs=2 -size=1MiB -window=16: the cause is [serialised]
	// 0 verdicts are wrong
}
