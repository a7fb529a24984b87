package raced_test

import (
	"fmt"

	"collatebench/internal/raced"
)

func Example() {
	rounds := 1000
	if raced.Enabled {
		rounds = 200
	}
	fmt.Println(rounds > 0)
	// Output: true
}
