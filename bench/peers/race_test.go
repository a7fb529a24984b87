//go:build race

package peers_test

// raced says that the race detector is on: a client takes five times as long.
const raced = true
