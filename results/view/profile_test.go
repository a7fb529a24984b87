package view_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"collatebench/internal/rusage"
	"collatebench/profiles"
	"collatebench/results"
)

// captured is a real profile of each kind of this process, and its trace, taken once.
// A test renames the function marked in them, to tell one profile from another.
var captured = sync.OnceValues(func() (map[profiles.Kind][]byte, error) {
	dir, err := os.MkdirTemp("", "collatebench-view-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for _, pass := range profiles.Passes() {
		c, err := profiles.Start(dir, pass)
		if err != nil {
			return nil, err
		}
		marked(c)
		if err := c.Stop(); err != nil {
			return nil, err
		}
	}
	out := map[profiles.Kind][]byte{}
	for _, k := range profiles.Kinds() {
		if out[k], err = os.ReadFile(filepath.Join(dir, k.File())); err != nil {
			return nil, err
		}
	}
	return out, nil
})

// marked leaves a sample in a profile of each kind. It uses 150 ms of CPU time,
// which is 15 samples; of wall time it may get none on a busy machine.
//
//go:noinline
func marked(c *profiles.Capture) {
	held := make([]byte, 1<<20)
	<-c.Full()
	var mu sync.Mutex
	mu.Lock()
	wait := make(chan bool)
	go func() { markedWaits(&mu, wait) }()
	<-wait
	for end := rusage.SelfCPU() + 150*time.Millisecond; rusage.SelfCPU() < end; {
		for i := range held {
			held[i] ^= byte(i)
		}
	}
	mu.Unlock()
	<-wait
}

//go:noinline
func markedWaits(mu *sync.Mutex, wait chan<- bool) {
	wait <- true
	mu.Lock()
	defer mu.Unlock()
	wait <- true
}

// mark is the name of a function that only one profile has: of that run, cell and
// kind.
func mark(id, folder string, k profiles.Kind) string {
	plain := strings.NewReplacer("=", "_", ",", "_", "-", "_", "/", "_").Replace(id + "_" + folder)
	return fmt.Sprintf("markOf_%s_%s", plain, k)
}

// writeProfiles gives a cell a profile of each kind, each with its mark, and a
// trace.
func writeProfiles(t testing.TB, r *results.Run, folder string) {
	t.Helper()
	from, err := captured()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(r.Dir(), "profiles", folder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, k := range pprofKinds() {
		writeMarked(t, from[k], filepath.Join(dir, k.File()), mark(r.Info().ID, folder, k))
	}
	if err := os.WriteFile(filepath.Join(dir, profiles.Trace.File()), from[profiles.Trace], 0o666); err != nil {
		t.Fatal(err)
	}
}

// writeMarked copies a profile. If it has no sample of the marked function, which may
// happen in profiles of locks, it adds one.
func writeMarked(t testing.TB, from []byte, to, name string) {
	t.Helper()
	p, err := profile.ParseData(from)
	if err != nil {
		t.Fatal(err)
	}
	there := false
	for _, f := range p.Function {
		if strings.HasSuffix(f.Name, "view_test.marked") {
			f.Name, f.SystemName, there = name, name, true
		}
	}
	if !there {
		f := &profile.Function{ID: uint64(len(p.Function) + 1), Name: name, Filename: "/nowhere/marked.go"}
		l := &profile.Location{ID: uint64(len(p.Location) + 1), Line: []profile.Line{{Function: f, Line: 1}}}
		s := &profile.Sample{Location: []*profile.Location{l}}
		for range p.SampleType {
			s.Value = append(s.Value, int64(time.Second))
		}
		p.Function, p.Location, p.Sample = append(p.Function, f), append(p.Location, l), append(p.Sample, s)
	}
	if err := profiles.Write(to, p); err != nil {
		t.Fatal(err)
	}
}

// profiledRun makes a whole run with profiles of each cell and of the matrix.
func profiledRun(t testing.TB, root, label string, minutes int) *results.Run {
	t.Helper()
	r := newRun(t, root, newInfo(t, label, minutes), 3)
	for _, folder := range folders(t, r) {
		writeProfiles(t, r, folder)
	}
	from, err := captured()
	if err != nil {
		t.Fatal(err)
	}
	writeMarked(t, from[profiles.CPU], filepath.Join(r.Dir(), "profiles", results.MergedCPU), mark(r.Info().ID, "all", profiles.CPU))
	return r
}
