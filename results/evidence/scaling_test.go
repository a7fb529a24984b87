package evidence_test

import (
	"testing"

	"collatebench/bench"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// TestProbesHaveTheirOwnScaling: each cell has the reading of what it decodes, with its
// interval, and the cost of decoding where that is what was measured.
func TestProbesHaveTheirOwnScaling(t *testing.T) {
	const mib = 1 << 20
	reading := func(codec, encoding, kind string, effective, cost float64) bench.Scaling {
		c, err := bench.ReadCell("codec=" + codec + "/encoding=" + encoding + "/payload=" + kind)
		if err != nil {
			t.Fatal(err)
		}
		return bench.Scaling{
			Procs: 2, Codec: c.Codec, Encoding: c.Encoding, Payload: c.Payload, Size: mib / 2, CostTogether: cost,
			EffectiveCores: effective, Low: effective - .1, High: effective + .1, Pairs: 8,
		}
	}
	scalings := bench.Scalings{
		reading("json", "identity", "records", 1.9, .010), reading("sonic", "identity", "records", 1.6, .002),
		reading("json", "gzip", "records", 1.8, .020), reading("json", "identity", "captured", 1.7, .030),
	}
	for cell, want := range map[string]struct{ effective, decoding float64 }{
		"codec=json/placement=pool/window=32/size=1MiB-2":                        {1.9, .020},
		"codec=sonic/placement=pool/window=32/size=512KiB-2":                     {1.6, .002},
		"codec=json/placement=pool/window=32/size=1MiB/encoding=gzip-2":          {1.8, .040},
		"codec=json/placement=pool/window=32/size=512KiB/payload=captured-2":     {1.7, .030},
		"codec=proto/placement=pool/window=32/size=1MiB-2":                       {1.6, 0}, // the lowest of other codecs
		"codec=json/placement=stream/window=32/size=1MiB-2":                      {1.9, 0}, // decodes in another way
		"codec=json/placement=pool/window=32/size=1MiB/decode=off-2":             {1.9, 0},
		"codec=json/placement=pool/window=32/size=1MiB":                          {0, 0}, // on one core
		"codec=json/placement=pool/window=32/size=1MiB/virtual-cores=2x1MiBps-2": {0, 0},
	} {
		c, err := bench.ParseCell(cell)
		if err != nil {
			t.Fatal(err)
		}
		info := resultstest.Info(cell)
		info.Machine.Cores, info.Scalings = 2, scalings
		v, err := stats.NewValues(info, resultstest.Rounds(t, []string{cell}, 2))
		if err != nil {
			t.Fatal(err)
		}
		p := evidence.Probes(v, c, info)
		if p.EffectiveCores != want.effective || p.Decoding < .999*want.decoding || p.Decoding > 1.001*want.decoding {
			t.Errorf("%s: %v effective cores, decoding %v s; want %+v", cell, p.EffectiveCores, p.Decoding, want)
		}
		if low, high := p.EffectiveCoresLow, p.EffectiveCoresHigh; want.effective > 0 && (low != want.effective-.1 || high != want.effective+.1) || want.effective == 0 && (low != 0 || high != 0) {
			t.Errorf("%s: %v to %v effective cores", cell, low, high)
		}
	}
}
