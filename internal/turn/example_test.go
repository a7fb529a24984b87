package turn_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"collatebench/internal/turn"
)

func Example() {
	dir, err := os.MkdirTemp("", "turn-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "lock")
	mine, _, err := turn.Take(path)
	if err != nil {
		log.Fatal(err)
	}
	if err := mine.Say(turn.Holder{PID: os.Getpid(), Run: "first"}); err != nil {
		log.Fatal(err)
	}
	second, holder, err := turn.Take(path)
	fmt.Println(second, holder.Run, err)
	mine.End()
	second, _, err = turn.Take(path)
	fmt.Println(second != nil, err)
	second.End()
	// Output:
	// <nil> first <nil>
	// true <nil>
}
