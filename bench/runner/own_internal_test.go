package runner

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"collatebench/bench"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/recording"
	"collatebench/results"
	"collatebench/results/verdict"
)

// TestOwnCommand: marks, appended arguments and variables of each cell.
func TestOwnCommand(t *testing.T) {
	o := Own{
		Args: []string{"./client", "--window", "{window}", "{upstream}/x"}, Env: []string{"ENDPOINT={upstream}", "WORKERS=4", "WORKERS_MORE=1"},
		Marks: map[string]string{"{window}": "8"},
		Vary: []Variation{
			{Name: "window", Value: "16", Marks: map[string]string{"{window}": "16"}},
			{Name: "batch", Value: "2", Args: []string{"--batch", "2"}},
			{Name: "WORKERS", Value: "1", Env: []string{"WORKERS=1"}},
		},
	}
	for with, want := range map[string]string{
		bench.AsIs:  "./client --window 8 http://a/x | ENDPOINT=http://a WORKERS=4 WORKERS_MORE=1",
		"window:16": "./client --window 16 http://a/x | ENDPOINT=http://a WORKERS=4 WORKERS_MORE=1",
		"batch:2":   "./client --window 8 http://a/x --batch 2 | ENDPOINT=http://a WORKERS=4 WORKERS_MORE=1",
		"WORKERS:1": "./client --window 8 http://a/x | ENDPOINT=http://a WORKERS_MORE=1 WORKERS=1",
	} {
		args, env := o.command(bench.Cell{With: with}, "http://a")
		if got := strings.Join(args, " ") + " | " + strings.Join(env, " "); got != want {
			t.Errorf("%s: %s, not %s", with, got, want)
		}
	}
}

// TestPlanOwn: which changes there are, around each upstream.
func TestPlanOwn(t *testing.T) {
	latency := func(text string) behaviour.Latency {
		l, err := behaviour.ParseLatency(text)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, c := range []struct {
		upstream behaviour.Spec
		vary     []Variation
		want     []string // kind and what is changed
	}{
		{behaviour.Spec{}, nil, []string{"slower latency=20ms", "one-core its affinity"}},
		{behaviour.Spec{Latency: latency("10ms"), Queue: 4}, nil, []string{"at-once no delay, no queue, no limit", "slower latency=20ms", "one-core its affinity"}},
		{behaviour.Spec{Latency: latency("recorded")}, nil, []string{"at-once no delay, no queue, no limit", "slower latency=recorded*2", "one-core its affinity"}},
		{behaviour.Spec{Bandwidth: 1e6}, nil, []string{"at-once no delay, no queue, no limit", "slower latency=20ms", "one-core its affinity"}},
		{behaviour.Spec{}, []Variation{{Name: "window", Value: "16"}, {Name: "path", Value: "/a b"}}, []string{"slower latency=20ms", "one-core its affinity", "varied window=16", "varied path=/a b"}},
	} {
		x := &experiment{own: &Own{Upstream: c.upstream, Vary: c.vary}}
		if err := x.planOwn(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, change := range x.own.study.Changes {
			got = append(got, string(change.Kind)+" "+change.Change)
		}
		want := c.want
		if runtime.NumCPU() == 1 || !canHold {
			want = slices.DeleteFunc(want, func(s string) bool { return strings.HasPrefix(s, string(verdict.OneCore)) })
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %q, not %q", c.upstream, got, want)
		}
		for _, cell := range x.cells {
			if again, err := bench.ParseCell(cell.Name()); err != nil || again != cell || strings.Contains(cell.Name(), "codec") {
				t.Errorf("%s: %v", cell.Name(), err)
			}
			if v := x.own.variation(cell); cell.With != bench.AsIs && v.Name == "" {
				t.Errorf("%s: nothing varied", cell.Name())
			}
		}
	}
}

// TestResumeRefusesAnotherRecording: a run's samples are of one.
func TestResumeRefusesAnotherRecording(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.har")
	write := func(status string) {
		har := `{"log":{"entries":[{"startedDateTime":"2026-11-22T20:41:00Z","request":{"method":"GET","url":"http://a/x"},"response":{"status":` + status + `}}]}}`
		if err := os.WriteFile(file, []byte(har), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("200")
	r, err := recording.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	x := &experiment{own: &Own{Args: []string{"true", UpstreamMark}, Replay: file, Digest: r.Digest}}
	if err := x.planOwn(); err != nil {
		t.Fatal(err)
	}
	if err := sameRecording(x.own.study); err != nil {
		t.Error(err)
	}
	info := x.describe()
	if err := x.recordStudy(&info); err != nil {
		t.Fatal(err)
	}
	run, err := results.Create(t.TempDir(), info)
	if err != nil {
		t.Fatal(err)
	}
	write("201")
	err = ResumeProgram(t.Context(), run, Options{})
	if option := (*OptionError)(nil); !errors.As(err, &option) || option.Option != "resume" || !strings.Contains(err.Error(), file+" has changed since") {
		t.Error(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := ResumeProgram(t.Context(), run, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestSteadyPart: what counts lies between the ramp and the end, by shares of the time from the first
// answer to the last.
func TestSteadyPart(t *testing.T) {
	began := time.Now()
	var r series
	for ms := 0; ms <= 2000; ms += 25 { // a start of 400 ms, 20 answers/s at first, then 200, and a slow end
		l := ownLook{at: began.Add(time.Duration(ms) * time.Millisecond)}
		answers := 0.0
		if at := float64(ms-400) / 1000; at > 0 {
			answers = 20*min(at, .2) + 200*max(0, min(at, 1.5)-.2) + 4*max(0, at-1.5)
		}
		l.sum.Requests, l.sum.Bytes, l.sum.InFlight, l.group = 7+answers, 1e6*answers, 8*float64(ms)/1000, float64(ms)/1000
		r.looks = append(r.looks, l)
	}
	e, err := r.steady(0)
	if err != nil {
		t.Fatal(err)
	}
	if rate := e.Responses / e.Seconds; rate < 185 || rate > 201 {
		t.Errorf("%.0f answers/s of %+v", rate, e)
	}
	if e.Bytes != 1e6*e.Responses || *e.InFlight/e.Seconds < 7.9 || *e.InFlight/e.Seconds > 8.1 || e.CPU/e.CPUOver < .99 || e.CPU/e.CPUOver > 1.01 {
		t.Errorf("%+v, in flight %v", e, *e.InFlight)
	}
	if warm, err := r.steady(time.Second); err != nil || warm.Seconds > .5*e.Seconds {
		t.Errorf("%+v, %v: what comes while it warms up counts", warm, err)
	}
	few := series{looks: r.looks[:20]}
	if _, err := few.steady(0); err == nil || !strings.Contains(err.Error(), "at least 10 are needed") {
		t.Error(err)
	}
	for i := range r.looks {
		r.looks[i].sum.Replay.Missing = r.looks[i].sum.Requests / 4
	}
	if _, err := r.steady(0); err == nil || !strings.Contains(err.Error(), "are not in the recording") {
		t.Error(err)
	}
	none := series{looks: r.looks[:3]}
	if _, err := none.steady(0); err == nil || !strings.Contains(err.Error(), "no request of it reached the upstream") {
		t.Error(err)
	}
}

// TestStartOnOne: a program is on one core from its first instruction, and we are where we were.
func TestStartOnOne(t *testing.T) {
	if !canHold || runtime.NumCPU() == 1 {
		t.Skip("SKIPPED: a program can't be held to one of several cores here")
	}
	for range 3 {
		var out strings.Builder
		cmd := exec.CommandContext(context.Background(), "nproc")
		cmd.Stdout = &out
		if err := startOnOne(cmd); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil || strings.TrimSpace(out.String()) != "1" {
			t.Errorf("%q, %v", out.String(), err)
		}
		if all, err := exec.Command("nproc").Output(); err != nil || strings.TrimSpace(string(all)) == "1" {
			t.Errorf("afterwards: %q, %v", all, err)
		}
	}
}

// TestSecondsFor: a sample is as long as was asked for, or longer where answers are few, within a bound.
func TestSecondsFor(t *testing.T) {
	for _, c := range []struct{ rate, asked, want float64 }{
		{500, 3, 3}, {16, 2, 5}, {16, 9, 9}, {.1, 3, mostSeconds}, {0, 3, mostSeconds}, {0, 60, 60},
	} {
		if got := secondsFor(results.External{Responses: 2 * c.rate, Seconds: 2}, c.asked); got != c.want {
			t.Errorf("%v answers/s, %v s: %v s, want %v", c.rate, c.asked, got, c.want)
		}
	}
}

// TestPlanPaced: a body takes as long again as an answer takes now, at least 20 ms; small ones have no pace.
func TestPlanPaced(t *testing.T) {
	for _, c := range []struct {
		has           behaviour.Rate
		body, service float64 // bytes, s
		want          string  // "" for no change
	}{
		{0, 1 << 20, 0, "connbandwidth=50MiBps"},
		{0, 1 << 20, .5, "connbandwidth=2MiBps"},
		{1 << 20, 1 << 20, .5, "connbandwidth=512KiBps"},
		{0, 1000, .5, ""},
	} {
		x := &experiment{own: &Own{Args: []string{"x"}, Upstream: behaviour.Spec{ConnBandwidth: c.has}}}
		if err := x.planOwn(); err != nil {
			t.Fatal(err)
		}
		before := len(x.cells)
		x.planPaced(results.External{Responses: 10, Bytes: 10 * c.body, Service: 10 * c.service})
		got := ""
		if changes := x.own.study.Changes; len(x.cells) > before {
			got = changes[len(changes)-1].Change
			if changes[len(changes)-1].Kind != verdict.Paced {
				t.Errorf("its kind is %s", changes[len(changes)-1].Kind)
			}
		}
		if got != c.want {
			t.Errorf("bodies of %v bytes in %v s: %q, want %q", c.body, c.service, got, c.want)
		}
	}
}
