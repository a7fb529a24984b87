package stats

import (
	"encoding/json"
	"math"
	"testing"
)

// TestBoundIsKept: JSON has no infinity, and a bound that is not known must not come back as 0.
func TestBoundIsKept(t *testing.T) {
	for _, want := range []bound{1.25, 0, bound(math.Inf(1))} {
		text, err := json.Marshal(want)
		got := bound(7)
		if err == nil {
			err = json.Unmarshal(text, &got)
		}
		if err != nil || got != want {
			t.Errorf("%v is %s, and then %v: %v", float64(want), text, float64(got), err)
		}
	}
}
