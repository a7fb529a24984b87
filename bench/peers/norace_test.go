//go:build !race

package peers_test

// raced says that the race detector is on.
const raced = false
