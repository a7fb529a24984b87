package results_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"collatebench/results"
	"collatebench/results/resultstest"
	"collatebench/results/stats"
)

// savedRun makes a run in a folder of runs.
func savedRun(t *testing.T, root string, info results.Info, samples []results.Sample) *results.Run {
	t.Helper()
	run, err := results.Create(root, info)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		if err := run.Append(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	return run
}

// TestBaselineKeepsWhatCounts: of a run with abandoned attempts, a flagged round and one that
// is not complete, the baseline has the same values, flags and rounds, in a fraction of the
// bytes.
func TestBaselineKeepsWhatCounts(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	info, samples := resultstest.DefaultRun(t)
	info.Rounds = 7
	samples = append(samples, resultstest.Sample(t, resultstest.Request32, 7, 1, 999))
	run := savedRun(t, root, info, samples)
	saved, err := results.SaveBaseline(root, "main", run, false)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(filepath.Dir(root), "baselines", "main"); saved.Dir() != want {
		t.Errorf("it is in %s, want %s", saved.Dir(), want)
	}
	values := func(r *results.Run) (out [][]float64, flagged []results.FlaggedRound, rounds []int) {
		samples, err := r.Samples()
		if err != nil {
			t.Fatal(err)
		}
		v, err := stats.NewValues(r.Info(), samples)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range v.Cells {
			for _, unit := range v.Units(c) {
				out = append(out, v.Series(c, unit))
			}
		}
		for _, round := range v.Rounds {
			rounds = append(rounds, round.N)
		}
		return out, results.FlaggedRounds(r.Info(), samples), rounds
	}
	was, flags, rounds := values(run)
	now, keptFlags, keptRounds := values(saved)
	if !reflect.DeepEqual(now, was) || !reflect.DeepEqual(keptFlags, flags) || !slices.Equal(keptRounds, rounds) || len(rounds) != 6 || len(flags) != 4 {
		t.Errorf("rounds %v with %d flagged attempts, want %v with %d", keptRounds, len(keptFlags), rounds, len(flags))
	}
	list, err := results.Baselines(root)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	b := list[0]
	if b.Name != "main" || b.Run != run.Info().ID || b.Cells != 24 || b.Rounds != 6 || b.Bytes < 10_000 || b.Bytes > 300_000 || b.Broken != "" {
		t.Errorf("it is listed as %+v", b)
	}
	for _, ref := range []string{"baseline:main", saved.Dir()} {
		found, err := results.Find(root, ref)
		if err != nil || found.Dir() != saved.Dir() || found.Info().Baseline != "main" {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if err := saved.OpenLedger(); err == nil || !strings.Contains(err.Error(), "nothing is added") {
		t.Errorf("its ledger can be opened: %v", err)
	}
	resultstest.NoLeftovers(t, filepath.Dir(saved.Dir()))
	resultstest.NoLeftovers(t, saved.Dir())
}

// TestBaselineIsReplaced only if that is asked for, and whole.
func TestBaselineIsReplaced(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	cell := resultstest.Request32
	info := resultstest.Info(cell)
	first := savedRun(t, root, info, []results.Sample{resultstest.Sample(t, cell, 1, 1, 50)})
	info.Label = "second"
	second := savedRun(t, root, info, []results.Sample{resultstest.Sample(t, cell, 1, 1, 60)})
	if _, err := results.SaveBaseline(root, "main", first, false); err != nil {
		t.Fatal(err)
	}
	of := func() string {
		t.Helper()
		b, err := results.Find(root, "baseline:main")
		if err != nil {
			t.Fatal(err)
		}
		return b.Info().ID
	}
	if _, err := results.SaveBaseline(root, "main", second, false); !errors.Is(err, results.ErrBaselineExists) || of() != first.Info().ID {
		t.Errorf("without being asked: %v, it is of %s", err, of())
	}
	if _, err := results.SaveBaseline(root, "main", second, true); err != nil || of() != second.Info().ID {
		t.Errorf("replaced: %v, it is of %s", err, of())
	}
	folder := results.BaselinesFolder(root)
	resultstest.NoLeftovers(t, folder)

	// A process that was killed between the two renames: the old one is there again.
	if err := os.Rename(filepath.Join(folder, "main"), filepath.Join(folder, ".main.old")); err != nil {
		t.Fatal(err)
	}
	if of() != second.Info().ID {
		t.Errorf("after a crash it is of %s", of())
	}
	resultstest.NoLeftovers(t, folder)

	// What can't be saved leaves the old one as it is.
	info.Label = "empty"
	empty := savedRun(t, root, info, nil)
	if _, err := results.SaveBaseline(root, "main", empty, true); err == nil || !strings.Contains(err.Error(), "no round is complete") || of() != second.Info().ID {
		t.Errorf("an empty run: %v, it is of %s", err, of())
	}
	resultstest.NoLeftovers(t, folder)
}

// TestBaselineRefusals: each wrong name or run is refused in one line, and nothing is
// written.
func TestBaselineRefusals(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	cell := resultstest.Request32
	sample := []results.Sample{resultstest.Sample(t, cell, 1, 1, 50)}
	good := savedRun(t, root, resultstest.Info(cell), sample)
	for name, want := range map[string]string{
		"": "it takes a name", "../x": "only letters", "a/b": "only letters", ".hidden": "only letters", "latest": "link to the newest run",
		strings.Repeat("x", 61): "at most 60",
	} {
		_, err := results.SaveBaseline(root, name, good, true)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "baseline ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
		var bad *results.RefError
		if _, err := results.Find(root, "baseline:"+name); !errors.As(err, &bad) {
			t.Errorf("%q is found: %v", name, err)
		}
	}
	info := resultstest.Info(cell)
	info.Label, info.Why = "why", json.RawMessage(`{}`)
	if _, err := results.SaveBaseline(root, "x", savedRun(t, root, info, sample), false); err == nil || !strings.Contains(err.Error(), "run of why") {
		t.Errorf("a run of why: %v", err)
	}
	info = resultstest.Info(cell)
	info.Label, info.Versions = "versions", []results.Version{{Name: "old"}, {Name: "new"}}
	if _, err := results.SaveBaseline(root, "x", savedRun(t, root, info, sample), false); err == nil || !strings.Contains(err.Error(), "or compare; a baseline") {
		t.Errorf("a run of two versions: %v", err)
	}
	if _, err := os.Stat(results.BaselinesFolder(root)); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
	if _, err := results.Find(root, "baseline:x"); err == nil || !strings.Contains(err.Error(), "no baseline is in ") {
		t.Errorf("without any: %v", err)
	}
	if _, err := results.SaveBaseline(root, "main", good, false); err != nil {
		t.Fatal(err)
	}
	if _, err := results.Find(root, "baseline:mian"); err == nil || !strings.Contains(err.Error(), "there is none; in ") || !strings.HasSuffix(err.Error(), ": main") {
		t.Errorf("a misspelt one: %v", err)
	}
	if err := os.WriteFile(filepath.Join(results.BaselinesFolder(root), "main", "samples.jsonl"), []byte("x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if list, err := results.Baselines(root); err != nil || len(list) != 1 || !strings.Contains(list[0].Broken, "not a record") {
		t.Errorf("a broken one is listed as %+v, %v", list, err)
	}
}
