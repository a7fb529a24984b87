//go:build unix && !darwin

package runner

const maxrssUnit = 1 << 10 // KiB
