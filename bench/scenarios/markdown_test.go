package scenarios_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"collatebench/bench/scenarios"
	"collatebench/results"
)

var setting = scenarios.Setting{
	Machine: results.Machine{CPU: "Some CPU", Cores: 2}, Go: "1.26", On: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC),
}

const blocks = "# Title\n\n<!-- verdicts: the table -->\nold\n<!-- end of verdicts -->\n\nbetween\n\n<!-- verdicts: in a sentence -->\n<!-- end of verdicts -->\nafter\n"

func TestMarkdown(t *testing.T) {
	got, err := failing().Markdown(blocks, setting)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "blocks.golden", got)
	again, err := failing().Markdown(got, setting)
	if err != nil || again != got {
		t.Errorf("written again it is another text (%v):\n%s", err, again)
	}
}

func TestHasBlock(t *testing.T) {
	for _, path := range []string{"README.md", "../../README.md"} { // what make verdicts MARKDOWN=... fills
		text, err := os.ReadFile(path)
		if err == nil {
			err = scenarios.HasBlock(string(text))
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for text, want := range map[string]string{
		"# Title\n": "no line \"<!-- verdicts: the table -->\"",
		strings.Replace(blocks, "<!-- end of verdicts -->\nafter", "after", 1): "no line \"<!-- end of verdicts -->\"",
	} {
		if err := scenarios.HasBlock(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestReadmeSays what the code does.
func TestReadmeSays(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := "holds `why` and `diagnose` to " + fmt.Sprint(len(all(t))) + " cells and programs"; !strings.Contains(string(text), want) {
		t.Errorf("README.md does not say %q", want)
	}
}
