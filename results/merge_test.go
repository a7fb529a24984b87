package results_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"collatebench/results"
	"collatebench/results/resultstest"
)

func TestParseShard(t *testing.T) {
	for _, good := range []string{"1/1", "3/8", "8/8", "10000/10000"} {
		if s, err := results.ParseShard(good); err != nil || s.String() != good {
			t.Errorf("%q: %v, %v", good, s, err)
		}
	}
	for _, bad := range []string{"", "3", "0/8", "9/8", "-1/8", "a/8", "3/", "3/8/8", "1/10001"} {
		if s, err := results.ParseShard(bad); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", bad)) {
			t.Errorf("%q: %v, %v", bad, s, err)
		}
	}
}

// TestShardsShareTheRounds: each round is of one shard, and of no other.
func TestShardsShareTheRounds(t *testing.T) {
	for of := 1; of <= 5; of++ {
		var all []int
		for index := 1; index <= of; index++ {
			info := results.Info{Rounds: 12, Shard: &results.Shard{Index: index, Of: of}}
			one := slices.Collect(info.Planned())
			if len(one) != info.PlannedRounds() {
				t.Errorf("shard %v has the rounds %v, and says that they are %d", info.Shard, one, info.PlannedRounds())
			}
			all = append(all, one...)
		}
		slices.Sort(all)
		if want := slices.Collect((results.Info{Rounds: 12}).Planned()); !slices.Equal(all, want) || len(want) != 12 {
			t.Errorf("%d shards have the rounds %v", of, all)
		}
	}
}

// TestShardFromElsewhere: a record that anybody may have written has no shard that divides by 0.
func TestShardFromElsewhere(t *testing.T) {
	run := shard(t, 1, 2, 0, nil)
	for _, bad := range []results.Shard{{}, {Index: 1}, {Index: 3, Of: 2}, {Index: -1, Of: 2}} {
		info := run.Info()
		info.Shard = &bad
		if err := run.SetInfo(info); err != nil {
			t.Fatal(err)
		}
		if _, err := results.Open(run.Dir()); err == nil || !strings.Contains(err.Error(), "is no shard") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if n := (results.Info{Rounds: math.MaxInt, Shard: &results.Shard{Index: 1, Of: 1}}).PlannedRounds(); n != math.MaxInt {
		t.Errorf("%d rounds", n)
	}
}

func hostNamed(name string, cores int) results.Host {
	m := resultstest.Machine()
	m.Cores = cores
	return results.Host{ID: "id-" + name, Name: name, Machine: m}
}

// shard makes a shard of a plan of 6 rounds of two cells, without the last missing samples.
func shard(t *testing.T, index, of, missing int, change func(*results.Info)) *results.Run {
	t.Helper()
	cells := []string{resultstest.Collector32, resultstest.Request32}
	info := resultstest.Info(cells...)
	info.Started, info.Label = resultstest.Began().Add(time.Duration(index)*time.Second), "s"
	info.State, info.TestBinary, info.Shard = results.Complete, "0123456789abcdef", &results.Shard{Index: index, Of: of}
	host := hostNamed(string("abc"[index%3]), 2)
	info.Enter(host)
	if change != nil {
		change(&info)
	}
	var samples []results.Sample
	for n := range info.Planned() {
		for _, c := range cells {
			s := resultstest.Sample(t, c, n, 1, 50)
			s.Host = host.ID
			samples = append(samples, s)
		}
	}
	return resultstest.Run(t, info, samples[:len(samples)-missing])
}

// TestMerge: all samples of all shards, once each, and the same files in whatever order the
// shards are given.
func TestMerge(t *testing.T) {
	shards := []*results.Run{shard(t, 1, 3, 0, nil), shard(t, 2, 3, 0, nil), shard(t, 3, 3, 0, nil)}
	var first map[string]string
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		var given []*results.Run
		for _, i := range order {
			given = append(given, shards[i])
		}
		run, err := results.Merge(t.TempDir(), "all", given)
		if err != nil {
			t.Fatal(err)
		}
		samples, err := run.Samples()
		if err != nil {
			t.Fatal(err)
		}
		info := run.Info()
		if got := results.CompleteRounds(info, samples); len(samples) != 12 || len(got) != 6 || info.State != results.Complete || info.Stopped != "" {
			t.Errorf("%d samples, %d rounds, %s: %q", len(samples), len(got), info.State, info.Stopped)
		}
		if len(info.Hosts) != 3 || len(info.Merged) != 3 || info.Shard != nil || !info.IsMerged() {
			t.Errorf("%+v", info)
		}
		files := map[string]string{}
		for _, name := range []string{"run.json", "samples.jsonl"} {
			text, err := os.ReadFile(filepath.Join(run.Dir(), name))
			if err != nil {
				t.Fatal(err)
			}
			files[name] = string(text)
		}
		if first == nil {
			first = files
		}
		for name := range files {
			if files[name] != first[name] {
				t.Errorf("%s depends on the order of the shards", name)
			}
		}
	}
}

func TestMergeTellsWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		shards []*results.Run
		says   string
	}{
		{[]*results.Run{shard(t, 1, 3, 0, nil), shard(t, 3, 3, 0, nil)}, "missing of 3 shards: 2"},
		{[]*results.Run{shard(t, 1, 2, 0, nil), shard(t, 2, 2, 3, func(i *results.Info) { i.State = results.Stopped })}, "shard 2/2 has 1 of 3 rounds (stopped)"},
		{[]*results.Run{shard(t, 2, 4, 1, nil)}, "missing of 4 shards: 1, 3, 4; shard 2/4 has 1 of 2 rounds (complete)"},
	} {
		run, err := results.Merge(t.TempDir(), "", c.shards)
		if err != nil {
			t.Fatal(err)
		}
		if i := run.Info(); i.State != results.Stopped || i.Stopped != c.says {
			t.Errorf("%s: %q, want %q", i.State, i.Stopped, c.says)
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	for says, change := range map[string]func(*results.Info){
		"seed 2, not 1":             func(i *results.Info) { i.Seed = 2 },
		"rounds 8, not 6":           func(i *results.Info) { i.Rounds = 8 },
		"ops 3, not 0":              func(i *results.Info) { i.Ops = 3 },
		"shards 3, not 2":           func(i *results.Info) { i.Shard.Of = 3 },
		"digest fedcba, not 012345": func(i *results.Info) { i.TestBinary = "fedcba" },
		"other captured bodies":     func(i *results.Info) { i.Bodies = []results.BodyFile{{SHA256: "1"}} },
		"as 20261122-204101-s is":   func(i *results.Info) { i.Shard.Index = 1 },
		"procs=all":                 func(i *results.Info) { slices.Reverse(i.Cells) },
		"it is no shard":            func(i *results.Info) { i.Shard = nil },
	} {
		root := t.TempDir()
		run, err := results.Merge(root, "", []*results.Run{shard(t, 1, 2, 0, nil), shard(t, 2, 2, 0, change)})
		ref := (*results.RefError)(nil)
		if !errors.As(err, &ref) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, %v; want %q", run, err, says)
		}
		if left, _ := os.ReadDir(root); len(left) > 0 {
			t.Errorf("%s: left %v", says, left)
		}
	}
}

// TestAShardThatMoved: the round that another machine began is taken again there.
func TestAShardThatMoved(t *testing.T) {
	a, b := resultstest.Collector32, resultstest.Request32
	info := resultstest.Info(a, b)
	at := func(cell string, attempt int, host string) results.Sample {
		s := resultstest.Sample(t, cell, 1, attempt, 50)
		s.Host = host
		return s
	}
	moved := []results.Sample{at(a, 1, "x"), at(a, 2, "y"), at(b, 2, "y")}
	if r := results.Rounds(info, moved)[0]; r.Attempt != 2 || !r.Complete || r.Host() != "y" {
		t.Errorf("%+v", r)
	}
	whole := []results.Sample{at(a, 1, "x"), at(b, 1, "x"), at(a, 2, "y")}
	if r := results.Rounds(info, whole)[0]; r.Attempt != 1 || !r.Complete || r.Host() != "x" {
		t.Errorf("a whole attempt was given up: %+v", r)
	}
	again := append(moved[:2:2], at(a, 3, "x"), at(b, 3, "x"))
	if r := results.Rounds(info, again)[0]; r.Attempt != 3 || !r.Complete || r.Host() != "x" {
		t.Errorf("moved there and back: %+v", r)
	}
}
