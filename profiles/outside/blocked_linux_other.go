//go:build linux && !amd64

package outside

var moreCalls map[int]blocking
