package peers

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"collatebench/internal/procgroup"
	"collatebench/internal/spell"
)

const (
	// endLimit is how long a client may run on once its collation has failed, or
	// its children once it was killed. On an idle machine it takes milliseconds.
	endLimit = 5 * time.Second
	// remainLimit is how long a process of the client may remain after its end.
	remainLimit = time.Second
)

// A run is one run of the client, as its parent sees it.
type run struct {
	exit           int // exit code; -1 where a signal ended it
	stdout, stderr string
	wall           time.Duration
	cpu            time.Duration // of the client and of the children that it has waited for
	hung           error         // why it was ended; nil where it ended by itself
	left           bool          // a process of its group remained after it
}

// run runs the client with these flags, once there is a slot. When mustEnd is
// closed the client has to end within endLimit; with kill it is killed at once.
func (k *checking) run(ctx context.Context, flags, env []string, mustEnd <-chan struct{}, kill bool) (run, error) {
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-ctx.Done():
		return run{}, context.Cause(ctx)
	}
	within, cancel := context.WithTimeoutCause(ctx, k.o.Patience, fmt.Errorf("still running after %v", k.o.Patience))
	defer cancel()
	within, endRun := context.WithCancelCause(within)
	defer endRun(nil)
	stdout, stderr := printed(), printed()
	cmd := command(within, append(slices.Clone(k.client.Command), flags...))
	cmd.Env = append(withoutProxies(os.Environ()), env...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if _, err := cmd.StdinPipe(); err != nil { // it stays open and empty: no client reads it
		return run{}, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return run{}, cmp.Or(context.Cause(ctx), err)
	}
	ended := make(chan struct{})
	go enforceEnd(cmd, mustEnd, ended, kill, endRun)
	_ = cmd.Wait() // ProcessState has the exit code; what else goes wrong comes after the end
	close(ended)
	r := run{exit: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), wall: time.Since(began),
		cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if ctx.Err() != nil {
		procgroup.End(cmd)
		return r, context.Cause(ctx)
	}
	r.hung = context.Cause(within)
	r.left = groupRemains(cmd, kill)
	return r, nil
}

// enforceEnd ends the client's group endLimit after mustEnd is closed; with kill
// it kills the client at once, and it alone.
func enforceEnd(cmd *exec.Cmd, mustEnd, ended <-chan struct{}, kill bool, endRun context.CancelCauseFunc) {
	select {
	case <-ended:
		return
	case <-mustEnd:
	}
	if kill {
		_ = cmd.Process.Kill() // it may have ended just now
		return
	}
	select {
	case <-ended:
	case <-time.After(endLimit):
		endRun(fmt.Errorf("still running %v after the failure", endLimit))
	}
}

// groupRemains waits for the client's process group to become empty. Where it
// does not, groupRemains ends it and returns true.
func groupRemains(cmd *exec.Cmd, killed bool) bool {
	patience := remainLimit
	if killed {
		patience = endLimit
	}
	for began := time.Now(); procgroup.Alive(cmd); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > patience {
			procgroup.End(cmd)
			return true
		}
	}
	return false
}

// end says how the client ended.
func (r run) end() string {
	how := fmt.Sprintf("exit code %d", r.exit)
	if r.hung != nil {
		how = r.hung.Error()
	}
	if said := strings.TrimSpace(r.stderr); said != "" {
		how += fmt.Sprintf(", stderr %q", spell.Tail(said, 3))
	}
	return how
}

// namesResponse says whether stderr names this response as the one that failed.
func (r run) namesResponse(id int) bool {
	return strings.Contains(r.stderr, fmt.Sprintf("response %d:", id))
}

// complaint returns the one line on stderr that an error has to have, or what
// is wrong with stderr.
func (r run) complaint(client string) (line, wrong string) {
	lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
	switch {
	case r.stderr == "":
		return "", "nothing on stderr"
	case len(lines) != 1:
		return "", fmt.Sprintf("%d lines on stderr, not one: %q", len(lines), r.stderr)
	case !strings.HasPrefix(lines[0], client+": "):
		return "", fmt.Sprintf("stderr does not begin with %q: %q", client+": ", lines[0])
	}
	return lines[0], ""
}

// withoutProxies keeps the clients on loopback, whatever proxy the user has.
// That a client takes none from the environment is a rule of its own.
func withoutProxies(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(strings.ToLower(v), "=")
		return strings.HasSuffix(name, "_proxy")
	})
}
