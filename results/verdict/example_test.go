package verdict_test

import (
	"fmt"

	"collatebench/results/verdict"
)

func Example() {
	v := verdict.Observe(verdict.Probes{
		Window: 32, Cores: 2, Allowed: 2, CPUs: 1.06, Throughput: 105, Busy: .97, Overlap: 1,
		Response: .24, Headers: .012, DecodeWait: .21, Decode: .0092, // seconds
	})
	fmt.Println(v.Causes)
	fmt.Println(v.Sentence)
	// Output:
	// [serialised]
	// serialised: window 32, but one goroutine decodes for 97% of the time; 1.06 of 2 cores used.
}
