package profiles_test

import (
	"context"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"collatebench/internal/rusage"
	"collatebench/profiles"

	"github.com/google/pprof/profile"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// burn calls work, under the labels given, until it has used 150 ms of CPU time,
// which is 15 samples. It does not count wall time: on a busy machine there might
// be no sample in it.
func burn(t *testing.T, work func(), labels ...string) {
	t.Helper()
	pprof.Do(t.Context(), pprof.Labels(labels...), func(context.Context) {
		for end := rusage.SelfCPU() + 150*time.Millisecond; rusage.SelfCPU() < end; {
			work()
		}
	})
}

// spinAlpha and spinBeta use the CPU in the profiles of the tests.
//
//go:noinline
func spinAlpha() {
	x := uint64(1)
	for range 1 << 20 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	keep(x)
}

//go:noinline
func spinBeta() {
	x := uint64(1)
	for range 1 << 20 {
		x = x*6364136223846793005 + 1442695040888963407
	}
	keep(x)
}

//go:noinline
func keep(uint64) {}

// captureCPU returns the folder of a CPU pass over work.
func captureCPU(t *testing.T, work func(), labels ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cell")
	c, err := profiles.Start(dir, profiles.PassCPU)
	if err != nil {
		t.Fatal(err)
	}
	burn(t, work, labels...)
	<-c.Full() // for which this pass has nothing to do
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// read reads the profile of that kind in dir.
func read(t *testing.T, dir string, k profiles.Kind) *profile.Profile {
	t.Helper()
	p, err := profiles.Read(filepath.Join(dir, k.File()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sum adds up the values, of the sample type at index, of samples that keep accepts
// and that have a frame whose function's name ends in name, or is inside that one.
func sum(p *profile.Profile, index int, name string, keep func(*profile.Sample) bool) int64 {
	var total int64
	for _, s := range p.Sample {
		if (keep == nil || keep(s)) && through(s, name) {
			total += s.Value[index]
		}
	}
	return total
}

func through(s *profile.Sample, name string) bool {
	for _, loc := range s.Location {
		for _, line := range loc.Line {
			if strings.HasSuffix(line.Function.Name, name) || name != "" && strings.Contains(line.Function.Name, name+".func") {
				return true
			}
		}
	}
	return false
}

// labelled accepts the samples that carry this one label.
func labelled(key, value string) func(*profile.Sample) bool {
	return func(s *profile.Sample) bool { return s.HasLabel(key, value) }
}
