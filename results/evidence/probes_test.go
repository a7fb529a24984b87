package evidence_test

import (
	"math"
	"testing"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

// probesOf is the evidence of a run of one cell.
func probesOf(t *testing.T, name string, s stage, scalings bench.Scalings) verdict.Probes {
	t.Helper()
	info := resultstest.Info(name)
	info.Scalings = scalings
	v, err := stats.NewValues(info, []results.Sample{s.sample(t, name, 1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Probes(v, v.Cells[0], info)
}

// TestRoofOfASerialPlacement: one goroutine that decodes for 80% of the time and gives 50
// responses a second could give 62.5; one that also reads each body in 4 ms, 50.
func TestRoofOfASerialPlacement(t *testing.T) {
	s := stage{perSecond: 50, cpus: 1, busy: .8, overlap: 1, wait: 300, decode: 11, read: 4, ms: 400}
	for placement, want := range map[string]float64{"collector": 62.5, "inline": 1 / (.016 + .004)} {
		p := probesOf(t, "codec=json/placement="+placement+"/window=32/size=1MiB-2", s, nil)
		if len(p.Limits) != 1 || p.Limits[0].Name != "placement" || p.Limits[0].Cause != verdict.Serialised || math.Abs(p.Limits[0].Roof-want) > .01*want {
			t.Errorf("%s: limits %+v, want a roof of %v responses/s", placement, p.Limits, want)
		}
	}
}

// TestDecodingOfAnotherSize: the calibration decoded 1 MiB in 20 ms of CPU; a payload of 4 MiB
// takes four times as much, one of 256 KiB a quarter.
func TestDecodingOfAnotherSize(t *testing.T) {
	scalings := bench.Scalings{{Procs: 2, Codec: "json", Encoding: "identity", Size: 1 << 20, Alone: 57, Together: 98, CostAlone: .019, CostTogether: .020, EffectiveCores: 1.9, Pairs: 3}}
	s := stage{perSecond: 50, cpus: 1, busy: .8, overlap: 1, wait: 300, decode: 11, read: 4, ms: 400}
	for size, want := range map[string]float64{"1MiB": .020, "4MiB": .080, "256KiB": .005} {
		if p := probesOf(t, "codec=json/placement=collector/window=32/size="+size+"-2", s, scalings); math.Abs(p.Decoding-want) > 1e-9 {
			t.Errorf("%s: decoding takes %v CPU seconds, want %v", size, p.Decoding, want)
		}
	}
	if p := probesOf(t, "codec=cbor/placement=collector/window=32/size=1MiB-2", s, scalings); p.Decoding != 0 {
		t.Errorf("another codec's calibration is taken: %v", p.Decoding)
	}
}
