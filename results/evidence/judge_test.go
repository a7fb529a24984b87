package evidence_test

import (
	"math"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// tried are interventions on one cell, of causes that a plan may try together: what was
// observed and what could not be ruled out.
var tried = []struct {
	cell  string
	cause verdict.Cause
}{
	{"codec=json/placement=pool/window=32/size=1MiB-2", verdict.Serialised},
	{"codec=json/placement=collector/window=64/size=1MiB-2", verdict.WindowTooSmall},
	{"codec=json/placement=collector/window=32/size=1MiB/gogc=400-2", verdict.GCBound},
	{"codec=json/placement=collector/window=32/size=1MiB/fetches=64-2", verdict.HiddenCap},
	{"codec=json/placement=collector/window=32/size=1MiB/conns=64-2", verdict.ConnectionPool},
}

// doubtfulWhy makes a run of why with eight pairs. The first of the interventions gains 1.15;
// the mean of its logs is 2.6 standard errors from 0. The others gain nothing, and scatter as
// much.
func doubtfulWhy(t *testing.T, interventions int) (results.Info, evidence.Why, []results.Sample) {
	t.Helper()
	const mean = .14                                     // log 1.15
	step := mean / 2.6 * math.Sqrt(8) / math.Sqrt(8.0/7) // +-1 in 8 rounds: the deviation is sqrt(8/7)
	info, base := resultstest.Info(resultstest.Collector32), resultstest.Collector32
	serial := stage{perSecond: 55, cpus: 1.05, busy: .97, overlap: 1, wait: 450, decode: 18, queue: 1, read: 2, ms: 490}
	w := evidence.Why{Cell: base}
	for _, i := range tried[:interventions] {
		info.Cells = append(info.Cells, i.cell)
		w.Interventions = append(w.Interventions, verdict.Intervention{Name: "it", Cause: i.cause, Before: base, Cell: i.cell, Predicted: 1.5})
	}
	var samples []results.Sample
	for n := 1; n <= 8; n++ {
		for i, cell := range info.Cells {
			gain := 0.0
			if i > 0 {
				gain = step * float64(1-2*(n%2))
			}
			if i == 1 {
				gain += mean
			}
			samples = append(samples, serial.sample(t, cell, n, math.Exp(gain)))
		}
	}
	info.Why = resultstest.Record(t, w)
	return info, w, samples
}

// TestGainsAreJudgedTogether: by t tables 2.6 standard errors are p = .035 of one gain alone,
// and .025 with the scatter that five share: more than a fifth of .05. So the best of five is
// no proof, though it would be one alone. A look to plan takes each by itself.
func TestGainsAreJudgedTogether(t *testing.T) {
	for interventions, proven := range map[int]bool{1: true, 5: false} {
		info, w, samples := doubtfulWhy(t, interventions)
		v, err := w.Verdict(info, samples)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(v.Causes) > 0; got != proven {
			t.Errorf("%d interventions: %v, %s", interventions, v.Causes, v.Sentence)
		}
		for _, i := range v.Interventions { // those that were not chosen too
			own := ratioOf(t, info, samples, i)
			if wider := i.Measured.Low < own.Low && i.Measured.High > own.High; wider != (interventions > 1) {
				t.Errorf("%d interventions: %s has %v, alone %v to %v", interventions, i.Cell, i.Measured, own.Low, own.High)
			}
			if low := i.Measured.Low; i.Cell == tried[0].cell && low > 1 != proven {
				t.Errorf("%d interventions: %v from %v on", interventions, i.Measured, low)
			}
		}
		if proven != strings.HasPrefix(v.Sentence, "serialised: ") {
			t.Error(v.Sentence)
		}
		if cell, links, err := w.Deepest(info, samples); err != nil || links != 1 || cell != tried[0].cell {
			t.Errorf("%d interventions: a look finds %s, %d links, %v", interventions, cell, links, err)
		}
	}
}

// ratioOf is the ratio of an intervention by itself.
func ratioOf(t *testing.T, info results.Info, samples []results.Sample, i verdict.Intervention) stats.Ratio {
	t.Helper()
	v, err := stats.NewValues(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	r, err := stats.NewRatio(v.PairedThroughputs(i.Cell, i.Before))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
