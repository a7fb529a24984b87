package onecore

import (
	"errors"
	"testing"
	"time"
)

// TestUntilClean: whatever a pass finds, it takes as many after that which find nothing as
// there are pauses, and one more.
func TestUntilClean(t *testing.T) {
	refused := errors.New("refused")
	for _, c := range []struct {
		name   string
		finds  []int // each pass; 0 after these
		fails  int   // the pass that fails; 0 is none
		passes int
		want   error
	}{
		{"nothing to do", nil, 0, 3, nil},
		{"all at once", []int{9}, 0, 4, nil},
		{"born meanwhile", []int{9, 1, 2}, 0, 6, nil},
		{"born during a pause", []int{9, 0, 1, 0, 0, 1}, 0, 9, nil},
		{"one that can't be set", []int{9}, 4, 4, refused},
		{"one that could be set after all", []int{9}, 2, 4, nil},
	} {
		passes := 0
		err := untilClean([]time.Duration{time.Microsecond, time.Microsecond}, func() (int, error) {
			passes++
			found := 0
			if passes <= len(c.finds) {
				found = c.finds[passes-1]
			}
			if passes == c.fails {
				return found, refused
			}
			return found, nil
		})
		if passes != c.passes || err != c.want {
			t.Errorf("%s: %d passes, %v; want %d and %v", c.name, passes, err, c.passes, c.want)
		}
	}
}
