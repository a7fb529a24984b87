//go:build race

package diagnose_test

// raced: the race detector's own code is C, in which CPU samples lose their
// stacks, so that a trace can't tell the functions.
const raced = true
