package text_test

import (
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"collatebench/results"
	"collatebench/results/evidence"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
	"collatebench/results/text"
)

// changedRuns are two runs of 24 cells, or of those of one window; request at a window of 32 on
// two cores does in the second one what a collector does.
func changedRuns(t *testing.T, lists map[string]string) (old, new *results.Run) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 8))
	names := resultstest.Cells(t, lists)
	take := func(busy string, times float64) []results.Sample {
		var out []results.Sample
		for n := 1; n <= 6; n++ {
			for _, cell := range names {
				v := resultstest.Speed(t, cell, r)
				if cell == resultstest.Request32 {
					v *= times
				}
				s := resultstest.Sample(t, cell, n, 1, v)
				if cell == resultstest.Request32 {
					s.Line = regexp.MustCompile(`[\d.]+ cpus\t.*decode-busy`).ReplaceAllString(s.Line, busy)
				}
				out = append(out, s)
			}
		}
		return out
	}
	a, b := resultstest.Info(names...), resultstest.Info(names...)
	a.Label, a.Commit, a.Go = "main", "abc1234", "go1.25.0"
	b.Label, b.Commit, b.Started = "mine", "def5678+dirty", resultstest.Began().Add(time.Hour)
	return resultstest.Run(t, a, take("1.97 cpus\t0.97 decode-busy\t 1.9 decode-overlap\t 400e6 resp-ns\t 11e6 headers-ns/resp\t 10e6 service-ns/resp\t 2e6 read-ns/resp\t 20e6 decode-ns/resp", 1)),
		resultstest.Run(t, b, take("1.06 cpus\t0.98 decode-busy\t 1 decode-overlap\t 490e6 resp-ns\t 11e6 headers-ns/resp\t 10e6 service-ns/resp\t 2e6 read-ns/resp\t 18e6 decode-ns/resp", .5))
}

func compared(t *testing.T, old, new *results.Run, g stats.Gate) evidence.Comparison {
	t.Helper()
	c, err := evidence.Compare(old, new)
	if err != nil {
		t.Fatal(err)
	}
	if g.Margin > 0 {
		d, err := c.Versus.Gate(g, "")
		if err != nil {
			t.Fatal(err)
		}
		c.Gate = &d
	}
	return c
}

// TestCompareForms: one comparison in each form, with a cell that changed, its cause and a
// gate.
func TestCompareForms(t *testing.T) {
	resultstest.NeedGo(t)
	old, new := changedRuns(t, nil)
	c := compared(t, old, new, stats.Gate{Margin: .05, Alpha: .01})
	var terminal, markdown, table strings.Builder
	if err := text.Compare(t.Context(), &terminal, c, old, new); err != nil {
		t.Fatal(err)
	}
	text.CompareMarkdown(&markdown, c)
	if err := text.CompareCSV(&table, c); err != nil {
		t.Fatal(err)
	}
	document, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{
		"compared.txt.golden": terminal.String(), "compared.md.golden": markdown.String(), "compared.csv.golden": table.String(),
	} {
		t.Run(name, func(t *testing.T) { resultstest.Golden(t, name, got) })
	}
	rows, err := csv.NewReader(strings.NewReader(table.String())).ReadAll()
	if err != nil || len(rows) != 25 {
		t.Errorf("CSV of %d rows, %v", len(rows), err)
	}
	var back struct {
		Cells []struct{ Cell string }
		Gate  struct{ Outcome string }
	}
	if err := json.Unmarshal(document, &back); err != nil || len(back.Cells) != 24 || back.Gate.Outcome != "worse" {
		t.Errorf("JSON of %+v, %v", back, err)
	}
}

// TestCompareFormsOfFewCells: the table is not folded, and what is not known is said, in
// numbers left empty.
func TestCompareFormsOfFewCells(t *testing.T) {
	old, new := changedRuns(t, map[string]string{"placement": "request", "window": "32"})
	c := compared(t, old, new, stats.Gate{Margin: .05, Alpha: .01})
	c.OnlyNew = []string{resultstest.Collector32}
	var markdown, table strings.Builder
	text.CompareMarkdown(&markdown, c)
	if err := text.CompareCSV(&table, c); err != nil {
		t.Fatal(err)
	}
	resultstest.Golden(t, "compared_few.md.golden", markdown.String())
	resultstest.Golden(t, "compared_few.csv.golden", table.String())
	document, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	resultstest.Golden(t, "compared_few.json.golden", string(document))
	if strings.Contains(markdown.String(), "<details>") {
		t.Error("two rows are folded")
	}
}

// TestMarkdownIsPlain: what a record says does not become Markdown or HTML.
func TestMarkdownIsPlain(t *testing.T) {
	old, new := changedRuns(t, map[string]string{"placement": "request", "window": "32"})
	info := new.Info()
	info.Commit, info.Go = "<img src=x>|a|\n# b", "@everyone [x](http://example.com)"
	if err := new.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	text.CompareMarkdown(&b, compared(t, old, new, stats.Gate{}))
	for _, unwanted := range []string{"<img", "|a|", "\n# b", "@everyone", " [x]("} {
		if strings.Contains(b.String(), unwanted) {
			t.Errorf("%q in\n%s", unwanted, b.String())
		}
	}
}

// TestBenchstatFails: without benchstat nothing is printed that looks like a comparison.
func TestBenchstatFails(t *testing.T) {
	old, new := changedRuns(t, map[string]string{"placement": "request", "window": "32"})
	c := compared(t, old, new, stats.Gate{Margin: .05, Alpha: .01})
	t.Setenv("PATH", t.TempDir())
	var b strings.Builder
	if err := text.Compare(t.Context(), &b, c, old, new); err == nil || b.Len() > 0 {
		t.Errorf("%v, with %q", err, b.String())
	}
}

// TestGateSaysWhatWouldSettleIt: a sample takes 2.5 s, so that a round more of 24 cells in two
// runs takes two minutes.
func TestGateSaysWhatWouldSettleIt(t *testing.T) {
	names := resultstest.Cells(t, nil)
	r := rand.New(rand.NewPCG(11, 12))
	run := func() *results.Run {
		var out []results.Sample
		for n := 1; n <= 6; n++ {
			for _, cell := range names {
				s := resultstest.Sample(t, cell, n, 1, resultstest.Speed(t, cell, r))
				if n == 3 {
					s.Attempt = results.MaxAttempts
					s.Flags = []string{"steal 12% of the cores"}
				}
				out = append(out, s)
				for attempt := 1; attempt < s.Attempt; attempt++ {
					again := s
					again.Attempt = attempt
					out = append(out, again)
				}
			}
		}
		return resultstest.Run(t, resultstest.Info(names...), out)
	}
	c := compared(t, run(), run(), stats.Gate{Margin: .1, Alpha: .01})
	var b strings.Builder
	text.CompareMarkdown(&b, c)
	said := regexp.MustCompile(`what would settle it: two runs of about (\d+) rounds \(--rounds\), (\d+) minutes more together`).FindStringSubmatch(b.String())
	if said == nil {
		t.Fatalf("no rounds and minutes in\n%s", b.String())
	}
	rounds, _ := strconv.Atoi(said[1])
	minutes, _ := strconv.Atoi(said[2])
	if c.Gate.Outcome != stats.Undecided || rounds <= 6 || minutes != 2*(rounds-6) {
		t.Errorf("%s, %d rounds, %d minutes", c.Gate.Outcome, rounds, minutes)
	}
	if n := strings.Count(b.String(), "6 rounds, of which 1 is flagged"); n != 2 {
		t.Errorf("%d runs have a flagged round:\n%s", n, b.String())
	}
}
