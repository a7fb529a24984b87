package payload

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is a number of bytes.
type Size int64

// Binary units: the ones that a size is written in.
const (
	Byte Size = 1
	KiB       = 1024 * Byte
	MiB       = 1024 * KiB
	GiB       = 1024 * MiB
)

// The sizes that a made payload can have.
const (
	MinSize = 1 * KiB
	MaxSize = 256 * MiB
)

var units = [...]struct {
	name string
	size Size
}{{"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}, {"B", Byte}}

// String writes s in the largest unit that divides it, such as "1MiB" or "1000B".
func (s Size) String() string {
	for _, u := range units {
		if s%u.size == 0 && s != 0 {
			return strconv.FormatInt(int64(s/u.size), 10) + u.name
		}
	}
	return "0B"
}

// ParseSize accepts exactly what String writes for a size of 0 or more: each size has one
// spelling, so "1024B" is refused and "1KiB" named instead.
func ParseSize(s string) (Size, error) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 63)
		if err != nil || n > uint64(1<<63-1)/uint64(u.size) {
			break
		}
		size := Size(n) * u.size
		if size.String() != s {
			return 0, fmt.Errorf("size %q: written %s", s, size)
		}
		return size, nil
	}
	return 0, fmt.Errorf("size %q: not a whole number of B, KiB, MiB or GiB, as in 1MiB", s)
}
