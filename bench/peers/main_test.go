package peers_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// TestMain lets this binary be a client.
func TestMain(m *testing.M) {
	switch args := os.Args[1:]; {
	case len(args) >= 2 && args[0] == "be-client":
		os.Exit(beClient(args[1], args[2:]))
	case len(args) >= 3 && args[0] == "say":
		os.Exit(say(args[1], args[2]))
	}
	// A program with the race detector sleeps for a second before it ends.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// say is a client that has nothing but a text to print and an exit code.
func say(text, code string) int {
	fmt.Print(text)
	n, err := strconv.Atoi(code)
	if err != nil || n > 0 {
		fmt.Fprintln(os.Stderr, "something is wrong\nsomewhere")
	}
	return n
}
