package bench

import (
	"fmt"
	"strconv"
)

// none is how a limit that does not limit is spelled, as the upstream's are.
const none = "none"

const limitAllowed = "none, or a whole number from 1"

func parseLimit(s string) (int, error) {
	if s == none {
		return 0, nil
	}
	n, err := ParseCount(s)
	if err != nil {
		return 0, fmt.Errorf("%w, or none", err)
	}
	return n, nil
}

func formatLimit(n int) string {
	if n == 0 {
		return none
	}
	return strconv.Itoa(n)
}
