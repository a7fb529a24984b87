package evidence_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
	"collatebench/results/text"
	"collatebench/results/verdict"
)

// A stage describes a made-up cell: responses a second, and where their time goes.
type stage struct {
	perSecond, cpus, busy, overlap float64
	wait, decode, queue, read, ms  float64 // ms a response
}

// sample makes up a sample whose benchmark line has all evidence.
func (s stage) sample(t *testing.T, cell string, round int, noise float64) results.Sample {
	t.Helper()
	c, err := bench.ParseCell(cell)
	if err != nil {
		t.Fatal(err)
	}
	rate := s.perSecond * float64(c.Size) / 1e6 * noise
	out := resultstest.Sample(t, cell, round, 1, rate)
	line := fmt.Sprintf("BenchmarkCollate/%s 1 %.0f ns/op %.3f MB/s %.3f cpus %.3f decode-busy %.3f decode-overlap 0.2 runnable 0.07 gc-share 0.05 upstream-cpus",
		cell, 1e9*float64(c.Responses)/s.perSecond, rate, s.cpus, s.busy, s.overlap)
	for _, u := range []struct {
		name string
		ms   float64
	}{
		{"resp-ns", s.ms}, {"decode-wait-ns/resp", s.wait}, {"decode-ns/resp", s.decode}, {"headers-ns/resp", 10 + s.queue},
		{"queue-ns/resp", s.queue}, {"service-ns/resp", 10}, {"read-ns/resp", s.read},
	} {
		line += fmt.Sprintf(" %.0f %s", u.ms*1e6, u.name)
	}
	out.Line = line
	return out
}

const (
	serialCell   = "codec=json/placement=collector/window=32/size=1MiB/queue=2-2"
	parallelCell = "codec=json/placement=pool/window=32/size=1MiB/queue=2-2"
	bothCell     = "codec=json/placement=pool/window=32/size=1MiB-2"
	memoryCell   = "codec=json/placement=collector/window=32/size=1MiB/from=memory/queue=2-2"
)

// whyRun makes a run with two causes: a collector, and after it the upstream's queue.
func whyRun(t *testing.T) (results.Info, []results.Sample) {
	t.Helper()
	serial := stage{perSecond: 55, cpus: 1.05, busy: .97, overlap: 1, wait: 450, decode: 18, queue: 1, read: 2, ms: 490}
	queued := stage{perSecond: 75, cpus: 1.4, busy: .9, overlap: 1.5, wait: 5, decode: 18, queue: 380, read: 2, ms: 425}
	free := stage{perSecond: 100, cpus: 1.85, busy: .98, overlap: 1.9, wait: 250, decode: 19, queue: 1, read: 2, ms: 310}
	info := resultstest.Info(serialCell, parallelCell, memoryCell, bothCell)
	info.Joined = map[string]int{parallelCell: 3, memoryCell: 3, bothCell: 6}
	info.Why = resultstest.Record(t, evidence.Why{Cell: serialCell, Interventions: []verdict.Intervention{
		{Name: "decoding in parallel", Change: "placement=pool", Cause: verdict.Serialised, Before: serialCell, Cell: parallelCell, Predicted: 1.4},
		{Name: "bytes from memory", Change: "from=memory", Aside: true, Before: serialCell, Cell: memoryCell},
		{Name: "lifting the upstream's queue", Change: "queue=none", OnTopOf: "placement=pool", Cause: verdict.UpstreamQueueing, Before: parallelCell, Cell: bothCell, Predicted: 1.3},
	}})
	var samples []results.Sample
	for round := 1; round <= 9; round++ {
		drift := 1 + .1*float64(round%3) // of the machine, on all cells of a round alike
		for cell, s := range map[string]stage{serialCell: serial, parallelCell: queued, memoryCell: serial, bothCell: free} {
			if info.Joined[cell] <= round {
				own := 1 + .01*float64((round*len(cell))%5)
				samples = append(samples, s.sample(t, cell, round, drift*own))
			}
		}
	}
	return info, samples
}

// study reads the interventions from the run's record.
func study(t *testing.T, info results.Info) evidence.Why {
	t.Helper()
	w, err := evidence.ReadWhy(info)
	if err != nil || w == nil {
		t.Fatalf("no study: %v", err)
	}
	return *w
}

func TestWhyVerdict(t *testing.T) {
	info, samples := whyRun(t)
	v, err := study(t, info).Verdict(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	if want := []verdict.Cause{verdict.Serialised, verdict.UpstreamQueueing}; !slices.Equal(v.Causes, want) {
		t.Fatalf("got %v: %s", v.Causes, v.Sentence)
	}
	if v.PredictedGain < 1.81 || v.PredictedGain > 1.83 || v.MeasuredGain == nil || v.MeasuredGain.Pairs != 4 || v.MeasuredGain.Mean < 1.75 || v.MeasuredGain.Mean > 1.9 {
		t.Errorf("predicted %v, measured %v", v.PredictedGain, v.MeasuredGain)
	}
	for _, i := range v.Interventions {
		if want := map[string]int{"placement=pool": 7, "from=memory": 7, "queue=none": 4}[i.Change]; i.Measured.Pairs != want {
			t.Errorf("%s has %d pairs, want %d", i.Name, i.Measured.Pairs, want)
		}
	}
	var b bytes.Buffer
	text.WriteVerdict(&b, v)
	resultstest.Golden(t, "why.golden", b.String())
}

// TestDeepest: the cell at the end of the proven chain so far.
func TestDeepest(t *testing.T) {
	info, samples := whyRun(t)
	upTo := func(round int) []results.Sample {
		return slices.DeleteFunc(slices.Clone(samples), func(s results.Sample) bool { return s.Round > round })
	}
	for _, x := range []struct {
		round  int
		cell   string
		proven int
	}{{2, serialCell, 0}, {3, serialCell, 0}, {5, parallelCell, 1}, {9, bothCell, 2}} {
		cell, proven, err := study(t, info).Deepest(info, upTo(x.round))
		if err != nil || cell != x.cell || proven != x.proven {
			t.Errorf("after round %d: %s, %d proven, %v; want %s, %d", x.round, cell, proven, err, x.cell, x.proven)
		}
	}
}

// TestRoundsOfJoinedCells: a round is complete without the cells that joined later.
func TestRoundsOfJoinedCells(t *testing.T) {
	info, samples := whyRun(t)
	if rounds := results.Rounds(info, samples); len(rounds) != 9 || slices.ContainsFunc(rounds, func(r results.Round) bool { return !r.Complete }) {
		t.Errorf("of %d rounds not all are complete", len(rounds))
	}
	info.Joined = nil
	whole := 0
	for _, r := range results.Rounds(info, samples) {
		if r.Complete {
			whole++
		}
	}
	if whole != 4 {
		t.Errorf("%d rounds have every cell, want 4", whole)
	}
	if _, err := stats.Summarise(info, samples); err != nil {
		t.Error(err)
	}
}

// TestObservedVerdicts: the tables end with a line for each placement.
func TestObservedVerdicts(t *testing.T) {
	collector, request := strings.Replace(serialCell, "/queue=2", "", 1), "codec=json/placement=request/window=32/size=1MiB-2"
	small := "codec=json/placement=collector/window=1/size=1MiB-2"
	info := resultstest.Info(small, collector, request)
	serial := stage{perSecond: 55, cpus: 1.05, busy: .97, overlap: 1, wait: 450, decode: 18, queue: 1, read: 2, ms: 490}
	fast := stage{perSecond: 100, cpus: 1.85, busy: .98, overlap: 14, decode: 190, queue: 1, read: 2, ms: 310}
	var samples []results.Sample
	for round := 1; round <= 6; round++ {
		samples = append(samples, serial.sample(t, small, round, 1), serial.sample(t, collector, round, 1), fast.sample(t, request, round, 1))
	}
	r, err := evidence.NewReading(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Verdicts(); len(v) != 2 || v[0].Subject != collector || v[1].Subject != request {
		t.Fatalf("verdicts: %+v", v)
	}
	var b strings.Builder
	text.Write(&b, r)
	said := b.String()
	for _, want := range []string{
		"collector  serialised: window 32, but one goroutine decodes for 97% of the time; 1.05 of 2 cores used. Decoding in parallel would give up to 1.8",
		"request    cpu-saturated: 1.85 of the 1.95 cores available",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
}

// TestObservedVerdictsOfEachCodec: a second codec is judged by its own figures, and the
// terminal says which is which.
func TestObservedVerdictsOfEachCodec(t *testing.T) {
	collector := strings.Replace(serialCell, "/queue=2", "", 1)
	sonic := strings.Replace(collector, "json", "sonic", 1)
	serial := stage{perSecond: 55, cpus: 1.05, busy: .97, overlap: 1, wait: 450, decode: 18, queue: 1, read: 2, ms: 490}
	full := stage{perSecond: 300, cpus: 1.85, busy: .98, overlap: 1, wait: 90, decode: 3, queue: 1, read: 2, ms: 106}
	var samples []results.Sample
	for round := 1; round <= 6; round++ {
		samples = append(samples, serial.sample(t, collector, round, 1), full.sample(t, sonic, round, 1))
	}
	r, err := evidence.NewReading(resultstest.Info(collector, sonic), samples)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	text.Write(&b, r)
	for _, want := range []string{"collector, codec=json   serialised: ", "collector, codec=sonic  cpu-saturated: "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// TestWhyThatEndedEarly has a cell that joined and was never sampled: the report leaves it
// out, and the verdict says that the run ended before its plan.
func TestWhyThatEndedEarly(t *testing.T) {
	info, samples := whyRun(t)
	info.Stopped = "after 3 pairs another would not fit --budget 10s"
	samples = slices.DeleteFunc(samples, func(s results.Sample) bool { return s.Cell == bothCell })
	summary, err := stats.Summarise(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(summary); err != nil || !strings.Contains(string(text), "no value") {
		t.Errorf("%v: %s", err, text)
	}
	v, err := study(t, info).Verdict(info, samples)
	if err != nil || !slices.Equal(v.Causes, []verdict.Cause{verdict.Serialised}) || !strings.Contains(strings.Join(v.Uncertain, "; "), "another would not fit") {
		t.Errorf("%v, %v, uncertain: %q", err, v.Causes, v.Uncertain)
	}
}

// TestFewPairs: one pair has no interval, and what has no pair is not told of.
func TestFewPairs(t *testing.T) {
	info, samples := whyRun(t)
	samples = slices.DeleteFunc(samples, func(s results.Sample) bool { return s.Round > 3 || s.Cell == bothCell || s.Cell == memoryCell })
	info.Cells, info.Joined = []string{serialCell, parallelCell}, map[string]int{parallelCell: 3}
	v, err := study(t, info).Verdict(info, samples)
	if err != nil || len(v.Interventions) != 1 {
		t.Fatalf("%v, %+v", err, v.Interventions)
	}
	if m := v.Interventions[0].Measured; m.Pairs != 1 || m.Low != 0 || m.High != 0 {
		t.Errorf("%+v", m)
	}
}

// TestCircle: a run.json whose intervention is on top of itself is refused.
func TestCircle(t *testing.T) {
	info, samples := whyRun(t)
	circle := study(t, info)
	circle.Interventions = []verdict.Intervention{{Name: "nothing", Cause: verdict.UpstreamQueueing, Flat: true, Before: serialCell, Cell: serialCell}}
	if _, err := circle.Verdict(info, samples); err == nil || !strings.Contains(err.Error(), "circle") {
		t.Errorf("got %v", err)
	}
}
