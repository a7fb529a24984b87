package allowance_test

import (
	"fmt"

	"collatebench/internal/allowance"
)

func Example() {
	container := allowance.Allowance{Cores: 64, Quota: 1.5} // 64 cores, and the CPU time of 1.5
	fmt.Println(container.CPUs(), container.Threads())
	fmt.Println(container.Less(30, .5)) // others use 30 cores, and half a core of the quota
	// Output:
	// 1.5 2
	// 1
}
