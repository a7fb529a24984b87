package bench

import (
	"fmt"
	"strconv"
)

// A client that collates while an execution trace is recorded writes into it
// what go tool trace shows of user tasks and regions. This is all of it: a task
// for the collation; as its child a task for each request, from admission to
// collated; regions for the steps of the request, each on the goroutine that
// takes it, where a body that a decoder pulls makes fetch regions inside the
// decode region; and logs of the request.
const (
	TaskCollation = "collation"
	TaskRequest   = "request"

	RegionFetch    = "fetch" // twice where a body is read whole: to its headers, and to its end
	RegionDecode   = "decode"
	RegionHandover = "handover"

	LogRequest  = "request"      // at admission: the request's id within its collation
	LogHeldBack = "held-back-ns" // with the headers: from admission to a connection being got
	LogQueue    = "queue-ns"     // with the headers, where they say it: the wait at the upstream
	LogCoreWait = "core-wait-ns" // entering a simulated decode: until a virtual core is free
)

// FormatLog is the message of a log, in each category a whole number from 0.
func FormatLog(n int64) string { return strconv.FormatInt(n, 10) }

// ParseLog is the inverse of FormatLog, and reads nothing else.
func ParseLog(message string) (int64, error) {
	n, err := strconv.ParseInt(message, 10, 64)
	if err != nil || n < 0 || FormatLog(n) != message {
		return 0, fmt.Errorf("log message %q is not a whole number from 0", message)
	}
	return n, nil
}
