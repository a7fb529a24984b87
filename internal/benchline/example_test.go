package benchline_test

import (
	"fmt"
	"log"

	"collatebench/internal/benchline"
)

func Example() {
	line, err := benchline.Parse("client: go\nBenchmarkCollate/window=8-2 3 14000000 ns/op 87.5 MB/s")
	if err != nil {
		log.Fatal(err)
	}
	ns, _ := line.Of("ns/op")
	fmt.Println(line.Config("client"), line.Name, line.Ops, ns)
	// Output: go Collate/window=8-2 3 1.4e+07
}
