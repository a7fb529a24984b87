package verdict

import (
	"slices"
	"testing"
)

// TestRows: each cause has one row for probes, and a row with a remedy predicts its
// gain.
func TestRows(t *testing.T) {
	seen := map[Cause]int{}
	for _, r := range probesRules {
		seen[r.cause]++
		if r.cause.Healthy() != (r.remedy == "") {
			t.Errorf("%s: healthy %v, but to be mended by %q", r.cause, r.cause.Healthy(), r.remedy)
		}
		listed := slices.ContainsFunc(suspectedFirst, func(b probesRule) bool { return b.cause == r.cause })
		if listed != (r.suspectedAs != nil) {
			t.Errorf("%s: its row says who blames it: %v; it is among those blamed first: %v", r.cause, r.suspectedAs != nil, listed)
		}
	}
	outside := map[Cause]int{}
	for _, r := range externalRules {
		outside[r.cause]++
	}
	for _, count := range []map[Cause]int{seen, outside} {
		for cause, n := range count {
			if n != 1 {
				t.Errorf("%s has %d rows", cause, n)
			}
		}
	}
	if Outside.Healthy() || Cause("").Healthy() {
		t.Error("a cause that no client's evidence shows is the healthy end")
	}
}

// TestEveryCauseCanBeProven with our own upstream and with another. Outside has no
// row here: probes tell upstream, link and window apart.
func TestEveryCauseCanBeProven(t *testing.T) {
	for _, r := range probesRules {
		for _, elsewhere := range []bool{false, true} {
			proves := func(i Intervention) bool { return i.Cause == r.cause && !i.Aside && i.Possible(elsewhere) }
			if !slices.ContainsFunc(r.interventions, proves) {
				t.Errorf("%s: no intervention of its row proves it; upstream elsewhere: %v", r.cause, elsewhere)
			}
		}
	}
	for _, i := range Interventions() {
		if i.Cause != "" && i.Cause.rule().cause == "" {
			t.Errorf("%q is to prove %s, which no client's evidence shows", i.Name, i.Cause)
		}
	}
}
