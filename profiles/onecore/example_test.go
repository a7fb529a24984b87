package onecore_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"collatebench/profiles/onecore"
)

// received would be the bytes that the process has received.
func received() (float64, error) { return 0, nil }

func Example() {
	c, err := onecore.Compare(context.Background(), onecore.Subject{PID: os.Getpid(), Done: received}, onecore.Options{})
	for _, p := range c.Pairs {
		fmt.Printf("%.2f times as fast on all cores\n", p.All/p.One)
	}
	fmt.Println(errors.Is(err, onecore.ErrSelf))
	// Output: true
}
