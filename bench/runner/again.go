package runner

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"collatebench/mockserver/behaviour"
)

// mostKilled bounds how often in a row a process is started again that somebody kills: the
// kernel does it each time where memory is short.
const mostKilled = 3

// A killedError says that a process was killed by somebody else.
type killedError struct{ who string }

func (e *killedError) Error() string {
	return fmt.Sprintf("%s was killed (SIGKILL), by a person or by the kernel for lack of memory", e.who)
}

// again does what starts a process, and does it again where that process or its upstream was
// killed: what it had measured says nothing of the cell. An upstream that was killed is
// started again first.
func (x *experiment) again(ctx context.Context, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		if err == nil || ctx.Err() != nil {
			return err
		}
		gone := x.upstreams.killed(ctx)
		dead := (*killedError)(nil)
		if len(gone) > 0 {
			dead = &killedError{"the upstream"}
		} else if !errors.As(err, &dead) {
			return err
		}
		if n == mostKilled {
			return fmt.Errorf("%w, %d times in a row", dead, n)
		}
		fmt.Fprintf(x.log, "%v: it is started again\n", dead)
		for _, spec := range gone {
			delete(x.upstreams.members, spec)
		}
		if err := x.upstreams.start(ctx, x); err != nil {
			return err
		}
	}
}

// execute makes a process and runs it to its end.
func (x *experiment) execute(ctx context.Context, make func() *process) (p *process, err error) {
	err = x.again(ctx, func() error {
		p = make()
		return p.execute(ctx)
	})
	return p, err
}

// killed says that a process ended because somebody killed it.
func killed(err error) bool {
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// killed lists the upstreams that were killed. A client may know of it sooner than we do: its
// connection breaks first.
func (s *upstreams) killed(ctx context.Context) (gone []behaviour.Spec) {
	soon, cancel := context.WithTimeout(ctx, time.Second/4)
	defer cancel()
	for spec, u := range s.members {
		select {
		case <-u.Ended():
		case <-soon.Done():
		}
		select {
		case <-u.Ended():
			if killed(u.Err()) {
				gone = append(gone, spec)
			}
		default:
		}
	}
	return gone
}
