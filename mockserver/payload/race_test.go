//go:build race

package payload_test

// The race detector makes everything about ten times as slow.
const raceDetector = true
