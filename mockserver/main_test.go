package mockserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"collatebench/mockserver"
)

// childEnv holds the options of the upstream that the test binary is to be,
// as JSON, if it is to be one.
const childEnv = "MOCKSERVER_TEST_CHILD"

func TestMain(m *testing.M) {
	if options, ok := os.LookupEnv(childEnv); ok {
		os.Exit(beChild(options))
	}
	goleak.VerifyTestMain(m)
}

func beChild(options string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var o mockserver.Options
	err := json.Unmarshal([]byte(options), &o)
	if err == nil {
		err = mockserver.Child(ctx, o, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
