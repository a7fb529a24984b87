package evidence

import (
	"testing"

	"collatebench/results/verdict"
)

func link(cause verdict.Cause, mean, low float64) verdict.Link {
	return verdict.Link{Intervention: verdict.Intervention{Cause: cause, Measured: verdict.Gain{Mean: mean, Low: low, High: mean + .1, Pairs: 8}}}
}

// TestChoose: the next link is a proven one; of those, one whose cause was observed before one
// that was only not ruled out, even if that gained more.
func TestChoose(t *testing.T) {
	serial, queue, gc := link(verdict.Serialised, 1.5, 1.4), link(verdict.UpstreamQueueing, 1.8, 1.7), link(verdict.GCBound, 1.6, 1.5)
	unproven := link(verdict.HiddenCap, 2, .9)
	for name, tt := range map[string]struct {
		options  []verdict.Link
		observed []verdict.Cause
		want     verdict.Cause
	}{
		"the observed one, though another gained more":   {[]verdict.Link{queue, serial}, []verdict.Cause{verdict.Serialised}, verdict.Serialised},
		"the one observed first":                         {[]verdict.Link{queue, gc, serial}, []verdict.Cause{verdict.GCBound, verdict.Serialised, verdict.UpstreamQueueing}, verdict.GCBound},
		"a proven one before an observed one that isn't": {[]verdict.Link{unproven, queue}, []verdict.Cause{verdict.HiddenCap}, verdict.UpstreamQueueing},
		"of several not observed the greatest gain":      {[]verdict.Link{serial, queue, gc}, nil, verdict.UpstreamQueueing},
	} {
		if got := choose(tt.options, tt.observed).Cause; got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}
