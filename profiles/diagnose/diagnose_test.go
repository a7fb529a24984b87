package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"collatebench/internal/raced"
	"collatebench/profiles/diagnose"
	"collatebench/results/verdict"
)

// TestIdleCollectors: idle workers of the garbage collector do not count as use
// of a core. Its other workers take a quarter of the cores.
func TestIdleCollectors(t *testing.T) {
	r := read(t, record(t, "hoarder", 8), diagnose.Options{})
	if r.Executing > 3.8 {
		t.Errorf("%.2f of 8 cores are used by one goroutine and two workers", r.Executing)
	}
	if r.Verdict.Causes == nil || slices.Contains(r.Verdict.Causes, verdict.CPUSaturated) || slices.Contains(r.Verdict.Causes, verdict.GCBound) {
		t.Errorf("causes are %q", r.Verdict.Causes)
	}
}

// idle are the workloads that sleep: two of them are recorded at a time.
var idle = []string{"semaphore", "connections", "slow-upstream", "starved-workers", "asleep", "ticking"}

// TestCauses records programs whose cause is known.
func TestCauses(t *testing.T) {
	for _, c := range []struct {
		workload string
		procs    int
		want     []verdict.Cause
		says     []string // in the sentence
	}{
		{"collector", 2, []verdict.Cause{verdict.Serialised}, []string{"diagnose_test.gather", "encoding/json.Unmarshal", "diagnose_test.decodePage", "chan send at diagnose/workload_test.go:"}},
		{"mutex", 2, []verdict.Cause{verdict.Serialised}, []string{"diagnose_test.decodeLocked", "encoding/json.Unmarshal", "one goroutine at a time"}},
		{"pool", 2, []verdict.Cause{verdict.CPUSaturated}, nil},
		{"garbage", 2, []verdict.Cause{verdict.GCBound}, []string{"GOGC"}},
		{"semaphore", 2, []verdict.Cause{verdict.HiddenCap}, []string{"about 3 goroutines", "diagnose_test.semaphore.func1"}},
		{"two-workers", 4, []verdict.Cause{verdict.HiddenCap}, []string{"about 2 goroutines", "chan send"}},
		{"connections", 2, []verdict.Cause{verdict.ConnectionPool}, []string{"MaxConnsPerHost"}},
		{"slow-upstream", 2, []verdict.Cause{verdict.Outside}, []string{"upstream, link or window"}},
		{"starved-workers", 2, []verdict.Cause{verdict.Outside}, nil},
		{"collector", 1, []verdict.Cause{verdict.CPUSaturated}, []string{"one core"}},
		{"collector-unsampled", 2, []verdict.Cause{}, []string{"no CPU samples", "gather"}},
		{"unawaited", 2, []verdict.Cause{}, []string{"nobody in this process waits for it"}},
		{"asleep", 2, []verdict.Cause{}, nil},
		{"ticking", 2, []verdict.Cause{verdict.HiddenCap}, []string{"a second pass", "diagnose_test.ticking.func1"}},
		{"too-short", 2, []verdict.Cause{}, []string{"too short"}},
	} {
		t.Run(c.workload, func(t *testing.T) {
			if slices.Contains(idle, c.workload) {
				t.Parallel()
			}
			r := read(t, record(t, c.workload, c.procs), diagnose.Options{})
			// While other tests use the cores a verdict may be missing, or the process stand still:
			// then record again.
			for again := 0; again < 2 && (len(c.want) > len(r.Verdict.Causes) || slices.Contains(r.Verdict.Causes, verdict.Throttled)); again++ {
				r = read(t, record(t, c.workload, c.procs), diagnose.Options{})
			}
			if !slices.Equal(r.Verdict.Causes, c.want) {
				var b strings.Builder
				r.Write(&b)
				t.Fatalf("causes are %q, not %q:\n%s", r.Verdict.Causes, c.want, &b)
			}
			for _, part := range c.says {
				// The race detector's own code is C, in which CPU samples lose their stacks.
				if !raced.Enabled && !strings.Contains(r.Verdict.Sentence, part) {
					t.Errorf("the sentence does not say %q:\n%s", part, r.Verdict.Sentence)
				}
			}
			if (len(c.want) == 0) != (len(r.Verdict.Missing) > 0) {
				t.Errorf("missing: %q", r.Verdict.Missing)
			}
		})
	}
}
