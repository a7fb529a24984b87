package scenarios

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"collatebench/bench/runner"
	"collatebench/internal/bounded"
	"collatebench/internal/child"
	"collatebench/internal/procgroup"
	"collatebench/internal/spell"
	"collatebench/mockserver/behaviour"
	"collatebench/profiles/outside"
	"collatebench/results/evidence"
	"collatebench/results/verdict"
)

// Clients is where the programs are that are watched by their process: in several languages, as
// people of these write them, with nothing of ours in them.
const Clients = "profiles/outside/testdata/programs"

// watchSeconds is how long a process is watched.
const watchSeconds = 4

// warmth is how long a program runs before it is watched, by language: a JVM compiles at first.
var warmth = map[string]time.Duration{"java": 12 * time.Second, "python": 2500 * time.Millisecond, "node": 2500 * time.Millisecond}

// ownSeconds is how long a sample of why -- lasts. It is shorter than the default, which is for
// programs that nobody here knows.
const ownSeconds = 2

const usualWarmth = 1500 * time.Millisecond

// clients lists the scenarios of processes.
func clients(source string) ([]Scenario, error) {
	list := Clients + "/programs.json"
	text, err := os.ReadFile(filepath.Join(source, list))
	if err != nil {
		return nil, fmt.Errorf("read the scenarios: %w", err)
	}
	var programs []struct {
		Scenario
		Vary string `json:"vary"`
	}
	if err := json.Unmarshal(text, &programs); err != nil {
		return nil, fmt.Errorf("read the scenarios: %s: %w", list, err)
	}
	out := make([]Scenario, len(programs))
	for i, p := range programs {
		out[i] = p.Scenario
		out[i].Command, out[i].Vary = Process, p.Vary
	}
	return out, nil
}

// language is that of the program of a process.
func (s Scenario) language() string { return path.Dir(s.Name) }

// setting is a setting of the scenario; "" if it has none of that name.
func (s Scenario) setting(name string) string {
	for _, a := range s.Args {
		if value, found := strings.CutPrefix(a, "-"+name+"="); found {
			return value
		}
	}
	return ""
}

// leaveOut takes out of the plan what can't be run here, and says so.
func (t *trial) leaveOut(ctx context.Context) error {
	var kept []Turn
	said := map[string]int{}
	var order []string
	for _, turn := range t.plan {
		why, err := t.leftOut(ctx, turn.Scenario)
		if err != nil {
			return err
		}
		if why == "" {
			kept = append(kept, turn)
			continue
		}
		if said[why] == 0 {
			order = append(order, why)
		}
		said[why]++
	}
	for _, why := range order {
		if t.LeftOut != nil {
			t.LeftOut(fmt.Sprintf("%s left out: %s", spell.Plural(said[why], "scenario"), why))
		}
	}
	t.plan = kept
	return nil
}

// leftOut says, of each language of the plan whose tools are not here, what is missing; and what
// else can't be done here. Building takes its time once: what it leaves is kept.
func (t *trial) leftOut(ctx context.Context, s Scenario) (string, error) {
	if s.Command != Process && s.Command != WhyProgram {
		return "", nil
	}
	if runtime.GOOS != "linux" {
		return "processes: only Linux shows them from outside", nil
	}
	if s.setting("quota") != "" {
		if g, err := newGroup(.5); err != nil {
			return "a CPU quota: " + err.Error(), nil
		} else if err := g.remove(); err != nil {
			return "", err
		}
	}
	if _, err := exec.LookPath("nginx"); err != nil && s.setting("recorded") == recordedNginx {
		return "a recording of nginx: it is not installed", nil
	}
	language := s.language()
	if why, known := t.missing[language]; known {
		return why, nil
	}
	cmd := exec.CommandContext(ctx, filepath.Join(t.source, Clients, "build.sh"), language, t.clientsOut())
	text, err := bounded.Combined(cmd)
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) && failed.ExitCode() == 3 {
		t.missing[language] = spell.FirstLine(text)
		return t.missing[language], nil
	}
	if err != nil {
		return "", fmt.Errorf("build the programs in %s: %w\n%s", language, err, spell.Excerpt(text, 20))
	}
	t.missing[language] = ""
	return "", nil
}

func (t *trial) clientsOut() string { return filepath.Join(t.source, ".build", "clients") }

// process starts an upstream and the program, and watches it.
func (t *trial) process(ctx context.Context, s Scenario, seed uint64) (evidence.Watched, error) {
	up, err := t.upstream(ctx, s, seed)
	if err != nil {
		return evidence.Watched{}, err
	}
	defer child.Stop(up)
	args := t.clientArgs(s, up.URL)
	cmd := exec.Command(args[0], args[1:]...)
	said := &bounded.Buffer{Head: 4 << 10, Tail: 4 << 10}
	cmd.Stdout, cmd.Stderr = said, said
	procgroup.Lead(cmd)
	if quota := s.setting("quota"); quota != "" {
		g, err := startIn(cmd, quota)
		if err != nil {
			return evidence.Watched{}, err
		}
		defer g.remove() //nolint:errcheck // it is empty by then, and one more does no harm
	} else if err := cmd.Start(); err != nil {
		return evidence.Watched{}, err
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	defer func() {
		procgroup.End(cmd)
		<-over
	}()
	select {
	case <-ctx.Done():
		return evidence.Watched{}, ctx.Err()
	case err := <-over:
		over <- err
		return evidence.Watched{}, fmt.Errorf("%s ended (%w): %s", s.Name, err, said.String())
	case <-time.After(t.warm(s)):
	}
	e, err := outside.Watch(ctx, cmd.Process.Pid, outside.Options{Seconds: watchSeconds})
	if err != nil {
		return evidence.Watched{}, err
	}
	if e.Ended {
		return evidence.Watched{}, fmt.Errorf("%s ended while it was watched: %s", s.Name, said.String())
	}
	w := evidence.Watched{Evidence: e}
	w.Judge(0)
	return w, nil
}

// warm is how long the program of a scenario runs before it is looked at.
func (t *trial) warm(s Scenario) time.Duration {
	if w, ok := warmth[s.language()]; ok {
		return w
	}
	return usualWarmth
}

// clientArgs are the program of a scenario and its arguments.
func (t *trial) clientArgs(s Scenario, upstream string) []string {
	query := url.Values{"codec": {"json"}, "size": {s.setting("size")}}
	return []string{filepath.Join(t.clientsOut(), s.Name), upstream + "/v1/payload?" + query.Encode(), s.setting("window")}
}

// whyProgram changes what surrounds the program.
func (t *trial) whyProgram(ctx context.Context, s Scenario, seed uint64) (verdict.Verdict, error) {
	own := runner.Own{Args: t.clientArgs(s, runner.UpstreamMark), Env: os.Environ(), Seconds: ownSeconds}
	if s.setting("recorded") != "" {
		var err error
		if own.Replay, err = t.record(ctx, s, seed); err != nil {
			return verdict.Verdict{}, err
		}
		if own.Upstream.Latency, err = behaviour.ParseLatency("recorded"); err != nil {
			return verdict.Verdict{}, err
		}
		return t.ownVerdict(ctx, own, seed)
	}
	for _, k := range behaviour.Knobs() {
		if value := s.setting(k.Name); value != "" {
			if err := k.Set(&own.Upstream, value); err != nil {
				return verdict.Verdict{}, err
			}
		}
	}
	return t.ownVerdict(ctx, own, seed)
}

func (t *trial) ownVerdict(ctx context.Context, own runner.Own, seed uint64) (verdict.Verdict, error) {
	run, err := runner.WhyProgram(ctx, runner.Options{Rounds: t.Pairs, Budget: t.Budget, Seed: seed, Source: t.source, Out: t.Out, Self: t.Self}, own)
	if err != nil {
		return verdict.Verdict{}, err
	}
	return t.proven(ctx, run)
}

// upstream starts ours with what the scenario sets of it.
func (t *trial) upstream(ctx context.Context, s Scenario, seed uint64) (*child.Child, error) {
	args := []string{"--child", fmt.Sprintf("--seed=%d", seed)}
	for _, name := range []string{"latency", "queue", "bandwidth"} {
		if value := s.setting(name); value != "" {
			args = append(args, "--"+name+"="+value)
		}
	}
	if len(t.Self) == 0 {
		return nil, errors.New("no command that starts an upstream")
	}
	return child.Start(ctx, exec.Command(t.Self[0], append(t.Self[1:], args...)...), child.Options{Name: "upstream"})
}
