package scenarios

import (
	"testing"
	"time"
)

// TestPace: the time left is that of the cells and the programs left, each at its own pace.
func TestPace(t *testing.T) {
	turns := []Turn{{Scenario: Scenario{Command: Why}}, {Scenario: Scenario{Command: Diagnose}}, {Scenario: Scenario{Command: Diagnose}}}
	p := newPace()
	if left := p.left(turns); left != 74*time.Second {
		t.Errorf("%v left before the first", left)
	}
	for range 99 {
		p.add(Why, 100)
	}
	p.add(Diagnose, 20)
	if left := p.left(turns); left != 131500*time.Millisecond {
		t.Errorf("%v left", left)
	}
	if left := p.left(nil); left != 0 {
		t.Errorf("%v left of nothing", left)
	}
}
