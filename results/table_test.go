package results_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"collatebench/bench"
	"collatebench/results"
)

const (
	collector32 = "codec=json/placement=collector/window=32/size=1MiB-2"
	request32   = "codec=json/placement=request/window=32/size=1MiB-2"
)

// defaultRun is the default matrix with its A/A controls, a retaken round and one
// that stayed flagged.
func defaultRun(t *testing.T) (results.Info, []results.Sample) { return troubledRun(t, nil) }

func troubledRun(t *testing.T, lists map[string]string) (results.Info, []results.Sample) {
	t.Helper()
	names := cells(t, lists)
	names = append(names, control(t, collector32), control(t, request32))
	info := newInfo(names...)
	info.State = results.Complete
	samples := takeRounds(t, names, 6)
	for i := range samples {
		switch samples[i].Round {
		case 2: // the first attempt was given up at its first sample
			samples[i].Attempt = 2
		case 4:
			samples[i].Attempt = 3
		}
	}
	flag := func(round, attempt int, flags ...string) {
		s := newSample(t, request32, round, attempt, 70)
		s.Flags = flags
		samples = append(samples, s)
	}
	flag(2, 1, "steal 12% of the cores")
	flag(4, 1, "others used 31% of the cores")
	flag(4, 2, "others used 28% of the cores")
	for i := range samples {
		if s := &samples[i]; s.Round == 4 && s.Attempt == 3 && s.Cell == collector32 {
			s.Flags = []string{"others used 25% of the cores", "steal 6% of the cores"}
		}
		if s := &samples[i]; s.Cell == "codec=json/placement=pool/window=32/size=1MiB-2" {
			s.Line = strings.Replace(s.Line, " upstream-cpus", "9 upstream-cpus", 1)
			s.Line = strings.Replace(s.Line, "0.0", "0.3", 1)
		}
	}
	return info, samples
}

func write(t *testing.T, info results.Info, samples []results.Sample) string {
	t.Helper()
	s, err := results.Summarise(info, samples)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	s.Write(&b)
	return b.String()
}

func TestTableOfTheDefaultMatrix(t *testing.T) {
	info, samples := defaultRun(t)
	got := write(t, info, samples)
	golden(t, "table.golden", got)
	for line := range strings.Lines(got) {
		inTable := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "window")
		if n := utf8.RuneCountInString(strings.TrimSpace(line)); inTable && n > 110 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestTableOfOtherMatrices(t *testing.T) {
	names := cells(t, map[string]string{"placement": "all", "window": "1,32", "size": "64KiB,1MiB", "latency": "none,10ms", "procs": "2"})
	golden(t, "table_wide.golden", write(t, newInfo(names...), takeRounds(t, names, 3)))

	names = cells(t, map[string]string{"placement": string(bench.Pool), "window": "8"})
	info := newInfo(names...)
	info.State, info.Stopped = results.Stopped, "interrupted"
	golden(t, "table_single.golden", write(t, info, takeRounds(t, names, 1)))

	golden(t, "table_none.golden", write(t, info, takeRounds(t, names, 1)[:1]))
}
