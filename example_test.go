package collatebench_test

import (
	"fmt"
	"strings"

	"collatebench"
)

func Example() {
	fmt.Println(strings.Contains(collatebench.GoMod, "tool golang.org/x/perf/cmd/benchstat\n"))
	// Output: true
}
