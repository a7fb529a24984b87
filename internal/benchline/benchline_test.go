package benchline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"collatebench/internal/benchline"
)

// TestUnitsAsPrinted: a value of 0 is not tidied by benchfmt, unlike any other.
func TestUnitsAsPrinted(t *testing.T) {
	line, err := benchline.Parse("BenchmarkA \t 2 \t 1500 ns/op 0 MB/s 3 MB/s 0.5 cpus")
	if err != nil {
		t.Fatal(err)
	}
	want := []benchline.Value{{"ns/op", 1500}, {"MB/s", 0}, {"MB/s", 3}, {"cpus", .5}}
	if line.Name != "A" || line.Ops != 2 || !slices.Equal(line.Values, want) {
		t.Errorf("%+v", line)
	}
	if v, ok := line.Of("MB/s"); v != 0 || !ok {
		t.Errorf("MB/s: %v, %v", v, ok)
	}
	if v, ok := line.Of("sec/op"); v != 0 || ok {
		t.Errorf("sec/op: %v, %v", v, ok)
	}
}

// TestFirstLineCounts: what is no benchmark line is passed over, and what
// comes after it does not count.
func TestFirstLineCounts(t *testing.T) {
	line, err := benchline.Parse("client: a\nUnit cpus better=lower\nsome log\nBenchmarkA\nBenchmarkA 1 2 ns/op\nclient: b\nBenchmarkB x\n")
	if err != nil || line.Name != "A" || line.Config("client") != "a" || line.Config("server") != "" {
		t.Errorf("%+v, %v", line, err)
	}
}

func TestErrors(t *testing.T) {
	for text, msg := range map[string]string{
		"\nBenchmarkA ":               "missing iteration count",
		"a: b\nBenchmarkA x 2 ns/op":  "parsing iteration count: invalid syntax",
		"no\nBenchmarkA 1 ns/op 2":    "parsing measurement: invalid syntax",
		"no\nBenchmarkA 1 2 ns/op 3":  "missing units",
		"no\nBenchmarkA 1\nBenchmark": "missing measurements",
	} {
		_, err := benchline.Parse(text)
		if bad := (*benchline.SyntaxError)(nil); !errors.As(err, &bad) || bad.Line != 2 || err.Error() != msg {
			t.Errorf("%q: %v (%+v), want %s", text, err, bad, msg)
		}
	}
	for _, text := range []string{"", "PASS\n", "BenchmarkA", strings.Repeat("x", 1<<17) + "\nBenchmarkA 1 2 ns/op"} {
		if _, err := benchline.Parse(text); !errors.Is(err, benchline.ErrNone) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}
