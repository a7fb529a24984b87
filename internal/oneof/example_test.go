package oneof_test

import (
	"fmt"

	"collatebench/internal/oneof"
)

func Example() {
	type order string
	orders := []order{"completion", "request"}
	o, err := oneof.Parse("request", orders)
	fmt.Println(o, err)
	_, err = oneof.Parse("any", orders)
	fmt.Println(err)
	// Output:
	// request <nil>
	// "any" is not one of completion, request
}
