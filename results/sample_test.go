package results_test

import (
	"strings"
	"testing"

	"collatebench/internal/benchline"
	"collatebench/results"
	"collatebench/results/resultstest"
)

func TestValuesKeepTheirUnits(t *testing.T) {
	s := resultstest.Sample(t, resultstest.Request32, 1, 1, 89.84)
	// benchfmt tidies the unit of any value except 0.
	s.Line = "BenchmarkCollate/" + resultstest.Request32 + " 1 747000000 ns/op 89.84 MB/s 1.05 cpus 0 queue-ns/resp 12.5 held-MB 1234 B/op 12 allocs/op"
	got, err := s.Values()
	if err != nil {
		t.Fatal(err)
	}
	want := []benchline.Value{{Unit: "ns/op", Value: 747e6}, {Unit: "MB/s", Value: 89.84}, {Unit: "cpus", Value: 1.05}, {Unit: "queue-ns/resp", Value: 0}, {Unit: "held-MB", Value: 12.5}, {Unit: "B/op", Value: 1234}, {Unit: "allocs/op", Value: 12}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
}

func TestValidate(t *testing.T) {
	good := resultstest.Sample(t, resultstest.Request32, 1, 1, 89.84)
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	line := "BenchmarkCollate/" + resultstest.Request32
	for _, tt := range []struct {
		mentions string // in the error
		change   func(*results.Sample)
	}{
		{"cell", func(s *results.Sample) { s.Cell = "placement=request" }},
		{"round 0", func(s *results.Sample) { s.Round = 0 }},
		{"attempt -1", func(s *results.Sample) { s.Attempt = -1 }},
		{"no benchmark line", func(s *results.Sample) { s.Line = "" }},
		{"no benchmark line", func(s *results.Sample) { s.Line = "PASS" }},
		{"no benchmark line", func(s *results.Sample) { s.Line = line }},
		{"no benchmark line", func(s *results.Sample) { s.Line = "Unit cpus better=higher" }},
		{"more than one line", func(s *results.Sample) { s.Line += "\n" }},
		{"more than one line", func(s *results.Sample) { s.Line += "\r\ngoos: plan9" }},
		{"iteration count", func(s *results.Sample) { s.Line = line + " many 1 MB/s" }},
		{"missing units", func(s *results.Sample) { s.Line += " 1.5" }},
		{"collector", func(s *results.Sample) { s.Line = strings.Replace(s.Line, "request", "collector", 1) }},
		{"GOMAXPROCS=1", func(s *results.Sample) { s.Detail.GOMAXPROCS = 1 }},
		{"histogram", func(s *results.Sample) { s.Detail.Responses = "bm9uZQ==" }},
		{"no MB/s", func(s *results.Sample) { s.Line = line + " 1 10 ns/op 1 cpus" }},
		{"no MB/s", func(s *results.Sample) { s.Line = line + " 1 0 MB/s 1 cpus" }},
		{"no cpus", func(s *results.Sample) { s.Line = line + " 1 10 MB/s" }},
		{"cpus twice", func(s *results.Sample) { s.Line += " 1 cpus" }},
		{"NaN", func(s *results.Sample) { s.Line += " NaN runnable" }},
		{"-1", func(s *results.Sample) { s.Line += " -1 runnable" }},
	} {
		bad := good
		tt.change(&bad)
		err := bad.Validate()
		if err == nil || !strings.Contains(err.Error(), tt.mentions) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want one line that mentions %q", bad.Line, err, tt.mentions)
		}
	}
}
