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
	// promptly is how long a client may live on once its collation has failed,
	// or its children once it has been killed. They take milliseconds, on a
	// machine that is not busy.
	promptly = 5 * time.Second
	// settled is how long after its end a process of the client may be seen.
	settled = time.Second
)

// A run is one run of the client, as its parent sees it.
type run struct {
	exit           int // exit code; -1 where a signal ended it
	stdout, stderr string
	wall           time.Duration
	cpu            time.Duration // of the client, and of the children that it has waited for
	hung           error         // why it was ended; nil where it ended by itself
	left           bool          // a process of its group was there after it
}

// run runs the client with these flags, once there is a slot. When struck is
// closed the client has to end promptly, or is murdered.
func (k *checking) run(ctx context.Context, flags, env []string, struck <-chan struct{}, murder bool) (run, error) {
	select {
	case k.slots <- struct{}{}:
		defer func() { <-k.slots }()
	case <-ctx.Done():
		return run{}, context.Cause(ctx)
	}
	within, cancel := context.WithTimeoutCause(ctx, k.o.Patience, fmt.Errorf("still running after %v", k.o.Patience))
	defer cancel()
	within, hurry := context.WithCancelCause(within)
	defer hurry(nil)
	var stdout, stderr capped
	cmd := command(within, append(slices.Clone(k.client.Command), flags...))
	cmd.Env = append(withoutProxies(os.Environ()), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if _, err := cmd.StdinPipe(); err != nil { // held open, and nothing comes: it is not read
		return run{}, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return run{}, cmp.Or(context.Cause(ctx), err)
	}
	ended := make(chan struct{})
	go press(cmd, struck, ended, murder, hurry)
	_ = cmd.Wait() // ProcessState says it, and what follows the end of the process itself
	close(ended)
	r := run{exit: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), wall: time.Since(began),
		cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if ctx.Err() != nil {
		procgroup.End(cmd)
		return r, context.Cause(ctx)
	}
	r.hung = context.Cause(within)
	r.left = outlives(cmd, murder)
	return r, nil
}

// press ends a client that does not end promptly once the upstream has struck,
// or kills it at once, and it alone.
func press(cmd *exec.Cmd, struck, ended <-chan struct{}, murder bool, hurry context.CancelCauseFunc) {
	select {
	case <-ended:
		return
	case <-struck:
	}
	if murder {
		_ = cmd.Process.Kill() // it may have ended just now
		return
	}
	select {
	case <-ended:
	case <-time.After(promptly):
		hurry(fmt.Errorf("still running %v after the failure", promptly))
	}
}

// outlives waits for the client's process group to be empty, and says whether
// it is not. Then it ends it.
func outlives(cmd *exec.Cmd, murdered bool) bool {
	patience := settled
	if murdered {
		patience = promptly
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

// names says whether the client has named the response that failed.
func (r run) names(id int) bool { return strings.Contains(r.stderr, fmt.Sprintf("response %d:", id)) }

// complaint is the one line that the client has to say of an error; else what
// is wrong with it.
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

// withoutProxies keeps the clients on loopback, whatever the user's network is
// like. That they use none by themselves is a rule.
func withoutProxies(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(strings.ToLower(v), "=")
		return strings.HasSuffix(name, "_proxy")
	})
}
