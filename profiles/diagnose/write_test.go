package diagnose_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"collatebench/profiles/diagnose"
	"collatebench/results/verdict"
)

// fixedReport is no measured one: each figure differs from the others.
func fixedReport() diagnose.Report {
	return diagnose.Report{
		Seconds: 5.02, Procs: 8, Executing: 1.05, Runnable: .12, Network: 2.5, Events: 1234567, Samples: 503, GCShare: .07,
		Section: &diagnose.Section{
			Name: "main.collate", Kind: "goroutine", Busy: .97, Samples: 488,
			Function: "main.decode", At: "app/main.go:57", Calls: "encoding/json.Unmarshal", Share: .91,
			Waiting: 13.2, WaitSec: .119, WaitAt: "app/main.go:40", WaitIn: "main.fetch", WaitFor: "chan send",
		},
		Groups: []diagnose.Group{
			{Start: "main.collate", Count: 1, Running: 4.87, Runnable: .1, Blocked: map[string]float64{"chan receive": .05}, Samples: 488, Busiest: 4.87},
			{Start: "main.fetch", Count: 640, Parked: 1, Running: .2, Runnable: .35, Syscall: .012, Blocked: map[string]float64{"chan send": 66.2, "network": 12.4, "select": .0001}},
			{Start: "main.main", Count: 1, Parked: 1},
		},
		Waits: []diagnose.Wait{
			{At: "app/main.go:40", In: "main.fetch", Reason: "chan send", Mean: 13.19, Count: 556, Sec: .119, Share: 1},
			{At: "app/main.go:33", In: "main.fetch", Via: "net/http.(*Client).Get", Reason: "select", Mean: 2.5, Count: 560, Sec: .0223, Share: .9},
		},
		Func: &diagnose.Spread{Pattern: `json\.`, Samples: 460, Of: 503, Goroutines: 1, Most: 1, MostStart: "main.collate"},
		Verdict: verdict.Verdict{
			Causes:        []verdict.Cause{verdict.Serialised},
			Sentence:      "serialised: one goroutine (main.collate) runs for 97% of the time.\nDo otherwise.",
			PredictedGain: 7.6, Assumptions: []string{"cores are worth the same"},
			Evidence:  []verdict.Figure{{Name: "executing", Value: 1.05, Unit: "goroutines", Doc: "on a core, mean"}},
			RuledOut:  []verdict.RuledOut{{Cause: verdict.GCBound, Because: "7% of the CPU samples are the garbage collector's"}},
			Uncertain: []string{"the interval was noisy"},
		},
	}
}

func TestWrite(t *testing.T) {
	var got bytes.Buffer
	if err := fixedReport().Write(&got); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", got.Bytes())
}

func TestWriteNoVerdict(t *testing.T) {
	var got bytes.Buffer
	r := diagnose.Report{Seconds: .05, Procs: 1, Verdict: verdict.Verdict{Causes: []verdict.Cause{}, Sentence: "no verdict: too short", Missing: []string{"too short", "one core"}}}
	if err := r.Write(&got); err != nil {
		t.Fatal(err)
	}
	golden(t, "none.txt", got.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s (-update writes it again):\n%s", path, got)
	}
}

// TestReportJSON: a program that reads the JSON gets the whole report.
func TestReportJSON(t *testing.T) {
	b, err := json.Marshal(fixedReport())
	if err != nil {
		t.Fatal(err)
	}
	var back diagnose.Report
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, fixedReport()) {
		t.Errorf("came back as %+v", back)
	}
}
