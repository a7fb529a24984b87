package profiles_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"collatebench/profiles"

	"github.com/google/pprof/profile"
)

const (
	alphaCell = "codec=json/placement=pool/window=3/size=1MiB"
	betaCell  = "codec=json/placement=pool/window=32/size=1MiB-2"
)

// twoCells returns real CPU profiles of two cells.
func twoCells(t *testing.T) (alpha, beta profiles.Source) {
	t.Helper()
	source := func(cell string, work func()) profiles.Source {
		dir := captureCPU(t, work, "phase", "decode")
		return profiles.Source{Cell: cell, Path: filepath.Join(dir, profiles.CPU.File())}
	}
	return source(alphaCell, spinAlpha), source(betaCell, spinBeta)
}

func mustRead(t *testing.T, path string) *profile.Profile {
	t.Helper()
	p, err := profiles.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustMerge(t *testing.T, sources ...profiles.Source) *profile.Profile {
	t.Helper()
	p, err := profiles.Merge(sources)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// samples counts the CPU samples that keep accepts.
func samples(p *profile.Profile, keep func(*profile.Sample) bool) int64 { return sum(p, 0, "", keep) }

func TestMerge(t *testing.T) {
	alpha, beta := twoCells(t)
	p := mustMerge(t, alpha, beta)
	for _, s := range []profiles.Source{alpha, beta} {
		want := samples(mustRead(t, s.Path), nil)
		if got := samples(p, labelled(profiles.CellLabel, s.Cell)); got != want || want == 0 {
			t.Errorf("%d samples labelled %s, its own profile has %d", got, s.Cell, want)
		}
	}
	inCell := labelled(profiles.CellLabel, alphaCell)
	if sum(p, 0, ".spinAlpha", inCell) == 0 || sum(p, 0, ".spinBeta", inCell) != 0 {
		t.Error("the cell's samples are not those of its own work")
	}
	if samples(p, labelled("phase", "decode")) == 0 {
		t.Error("the labels of the work are lost")
	}
	if want := mustRead(t, alpha.Path).DurationNanos + mustRead(t, beta.Path).DurationNanos; p.DurationNanos != want {
		t.Errorf("duration %d, want the sum %d", p.DurationNanos, want)
	}
}

func TestMergeWriteRead(t *testing.T) {
	alpha, beta := twoCells(t)
	p := mustMerge(t, alpha, beta)
	path := filepath.Join(t.TempDir(), profiles.CPU.File())
	for range 2 { // the second time it is written over the first
		if err := profiles.Write(path, p); err != nil {
			t.Fatal(err)
		}
		if again := mustRead(t, path); again.String() != p.String() {
			t.Fatalf("read back:\n%v\nwritten:\n%v", again, p)
		}
	}
	wantFiles(t, filepath.Dir(path), profiles.CPU)
}

// TestMergeOtherExecutable: one of the profiles is of another executable, at
// the same addresses, and was sampled half as often.
func TestMergeOtherExecutable(t *testing.T) {
	alpha, beta := twoCells(t)
	other := mustRead(t, beta.Path)
	other.Mapping[0].BuildID, other.Mapping[0].File = "another", "/another/bench.test"
	other.Period *= 2
	if err := profiles.Write(beta.Path, other); err != nil {
		t.Fatal(err)
	}
	p := mustMerge(t, alpha, beta)
	if p.Period != other.Period {
		t.Errorf("period %d, want the longest, %d", p.Period, other.Period)
	}
	for _, s := range p.Sample {
		for _, loc := range s.Location {
			inBeta := s.HasLabel(profiles.CellLabel, betaCell)
			if loc.Mapping == p.Mapping[0] && inBeta || loc.Mapping.BuildID == "another" && !inBeta {
				t.Fatalf("a sample of %v lies in the other's executable", s.Label)
			}
		}
	}
	cpu := func(p *profile.Profile) int64 { return sum(p, 1, "", nil) }
	if got, want := cpu(p), cpu(mustRead(t, alpha.Path))+cpu(other); got != want {
		t.Errorf("%d ns of CPU, want the sum %d: values are not scaled by the period", got, want)
	}
}

// TestMergeMany crosses the bounds of the batches in which sources are read.
func TestMergeMany(t *testing.T) {
	alpha, _ := twoCells(t)
	one := samples(mustRead(t, alpha.Path), nil)
	var many []profiles.Source
	for i := range 35 {
		many = append(many, profiles.Source{Cell: fmt.Sprintf("window=%d/", i), Path: alpha.Path})
	}
	p := mustMerge(t, many...)
	for _, s := range many {
		if got := samples(p, labelled(profiles.CellLabel, s.Cell)); got != one {
			t.Errorf("%d samples in cell %s, want %d", got, s.Cell, one)
		}
	}
	if got := samples(p, nil); got != one*int64(len(many)) {
		t.Errorf("%d samples in all, want %d times %d", got, len(many), one)
	}
	if err := p.CheckValid(); err != nil {
		t.Error(err)
	}
}

func TestMergeErrors(t *testing.T) {
	alpha, beta := twoCells(t)
	heap := filepath.Join(t.TempDir(), profiles.Heap.File())
	p := mustRead(t, beta.Path)
	p.SampleType[1].Unit = "bytes"
	if err := profiles.Write(heap, p); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "none")
	for _, tt := range []struct {
		name  string
		paths []string
		want  string
	}{
		{"none", nil, "merge profiles: there are none"},
		{"missing", []string{alpha.Path, missing}, "merge profiles: read profile " + missing + ": no such file"},
		{"another kind", []string{alpha.Path, heap}, "merge profiles: " + heap + " measures samples/count cpu/bytes"},
	} {
		var sources []profiles.Source
		for _, path := range tt.paths {
			sources = append(sources, profiles.Source{Cell: "c", Path: path})
		}
		if _, err := profiles.Merge(sources); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s...", tt.name, err, tt.want)
		}
	}
}

// TestLabelReplaces: a merged profile can be labelled and merged again.
func TestLabelReplaces(t *testing.T) {
	alpha, _ := twoCells(t)
	p := mustRead(t, alpha.Path)
	profiles.Label(p, "cell", "old")
	profiles.Label(p, "cell", "new")
	if got, all := samples(p, labelled("cell", "new")), samples(p, nil); got != all || samples(p, labelled("cell", "old")) != 0 {
		t.Errorf("%d of %d samples carry the label", got, all)
	}
}
