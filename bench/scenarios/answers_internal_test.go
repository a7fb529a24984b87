package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"collatebench/results/verdict"
)

// TestAnswers: a run that was killed in the middle of a line goes on from the whole ones, and
// each answer is as it was.
func TestAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.jsonl")
	how := manner{Build: "a", Pairs: 4, Budget: time.Minute}
	turns := []Turn{
		{Scenario: Scenario{Command: Why, Cell: "window=8", Causes: []verdict.Cause{verdict.Serialised}, Healthy: true}, Seed: 8},
		{Scenario: Scenario{Command: Diagnose, Name: "mutex", Place: "mutex/main.go"}, Seed: 8},
		{Scenario: Scenario{Command: Why, Cell: "window=8"}, Seed: 9},
	}
	answer := func(turn Turn) Outcome {
		return Outcome{
			Scenario: turn.Scenario, Command: turn.Command, Title: turn.Title(), Seed: turn.Seed, Truth: turn.Causes, Seconds: 12.5,
			Verdict: verdict.Verdict{
				Causes: []verdict.Cause{verdict.Serialised}, Sentence: "serialised: <one> & all", PredictedGain: 1.5,
				Evidence:      []verdict.Figure{{Name: "cpus", Value: 1.06, Unit: "cores", Doc: "used"}},
				Interventions: []verdict.Intervention{{Name: "decoding in parallel", Predicted: 1.6, Measured: verdict.Gain{Mean: 1.7, Low: 1.6, High: 1.8, Pairs: 4}}},
			},
		}
	}
	a, err := openAnswers(path, how)
	if err != nil {
		t.Fatal(err)
	}
	for _, turn := range turns[:2] {
		if err := a.keep(answer(turn), false); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.keep(answer(turns[0]), true); err != nil {
		t.Fatal(err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, `{"grade":"right","comm`...), 0o666); err != nil {
		t.Fatal(err)
	}

	if a, err = openAnswers(path, how); err != nil {
		t.Fatal(err)
	}
	defer a.close()
	for i, turn := range turns {
		for _, again := range []bool{false, true} {
			o, ok := a.find(turn, again)
			want := answer(turn)
			want.Again = again
			if there := i < 2 && !again || i == 0; ok != there || ok && !reflect.DeepEqual(o, want) {
				t.Errorf("%s of seed %d, again %v: %v\n%+v,\nnot %+v", turn.Title(), turn.Seed, again, ok, o, want)
			}
		}
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != string(text) {
		t.Errorf("the torn line is there yet (%v):\n%s", err, now)
	}
	if err := a.keep(answer(turns[2]), false); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.ReadFile(path); strings.Count(string(now), "\n") != 5 || !strings.HasPrefix(string(now), string(text)) {
		t.Errorf("after another answer:\n%s", now)
	}
}

func TestAnswersRefuses(t *testing.T) {
	how := manner{Build: "a", Pairs: 4}
	for name, c := range map[string]struct{ text, say string }{
		"other.jsonl":  {`{"build":"b","pairs":4,"budget_ns":0,"small":false}` + "\n", "of another build"},
		"pairs.jsonl":  {`{"build":"a","pairs":3,"budget_ns":0,"small":false}` + "\n", "or of other --pairs"},
		"text.txt":     {"some text\n", "no file of answers"},
		"torn.txt":     {`{"build":"a"`, "no file of answers"},
		"broken.jsonl": {`{"build":"a","pairs":4,"budget_ns":0,"small":false}` + "\n{}\n[\n", "line 3"},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := openAnswers(path, how); err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := os.ReadFile(path); string(now) != c.text {
			t.Errorf("%s: it was changed: %s", name, now)
		}
	}
	none, err := openAnswers("", how)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := none.find(Turn{}, false); ok || none.keep(Outcome{}, false) != nil || none.close() != nil {
		t.Error("what keeps nothing does not do nothing")
	}
}
