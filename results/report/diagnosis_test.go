package report_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"collatebench/profiles/diagnose"
	"collatebench/results/report"
)

func diagnosed(t *testing.T) diagnose.Report {
	t.Helper()
	f, err := os.Open("../../profiles/diagnose/testdata/collector.trace")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := diagnose.Read(f, diagnose.Options{Subject: "a <trace> & more"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDiagnosis: the page has the verdict, three pictures and both tables, and no name of the
// trace becomes markup.
func TestDiagnosis(t *testing.T) {
	r := diagnosed(t)
	page, err := report.Diagnosis(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<h1>a &lt;trace&gt; &amp; more</h1>", `<span class="cause serialised">serialised</span>`,
		`class="draw parallel"`, `class="draw way"`, `class="draw waking"`,
		"<td>" + r.Groups[0].Start + "</td>", "<td>" + r.Waits[0].At + "</td>", "goroutine ",
	} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page has no %q", want)
		}
	}
	if n := strings.Count(string(page), "<svg "); n != 3 {
		t.Errorf("%d pictures, not 3", n)
	}
}

// TestDiagnosisOfNothing: a report without lanes says so.
func TestDiagnosisOfNothing(t *testing.T) {
	page, err := report.Diagnosis(diagnose.Report{Seconds: 1, Procs: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte("No goroutine carries the work")) || !bytes.Contains(page, []byte("no verdict")) {
		t.Error("the page does not say that there is nothing")
	}
}
