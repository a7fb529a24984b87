//go:build !linux

package results

func bootID() string { return "" }
