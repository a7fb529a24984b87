package peers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"collatebench/bench"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

// An ask is what one run of the client is asked to do, and what its upstream
// does meanwhile. The zero value of each field below ops works.
type ask struct {
	window, responses, ops int

	workers   int          // 0 means 2
	size      payload.Size // 0 means 16 KiB
	results   bool         // --results
	alternate bool         // the command line is spelled in the other way that the contract allows
	env       []string     // beside our own

	latency time.Duration           // of each answer; 0 means 3 ms
	faults  map[int]behaviour.Fault // by id; others are answered well
	script  script                  // what the upstream does to requests; nil answers them
	kill    bool                    // once the client must end it is killed, and it alone
}

// An exchange is one run of the client, what was asked of it and what its own
// upstream saw.
type exchange struct {
	ask
	run
	cell    string // as it was given
	traffic        // what the upstream saw
}

// exchange runs the client once.
func (k *checking) exchange(ctx context.Context, s subject, a ask) (*exchange, error) {
	a.workers, a.size, a.latency = cmp.Or(a.workers, 2), cmp.Or(a.size, 16*payload.KiB), cmp.Or(a.latency, 3*time.Millisecond)
	u, err := startUpstream(a, &k.mocks)
	if err != nil {
		return nil, err
	}
	x := &exchange{ask: a, cell: a.cell(s)}
	x.run, err = k.run(ctx, x.arguments(u.url), a.env, u.mustEnd, a.kill)
	x.traffic = u.stop()
	return x, err
}

// exchanges runs the client once for each ask, all at once as far as there are
// slots. Of several errors it returns that of the first ask.
func (k *checking) exchanges(ctx context.Context, s subject, asks []ask) ([]*exchange, error) {
	done, errs := make([]*exchange, len(asks)), make([]error, len(asks))
	var running sync.WaitGroup
	for i, a := range asks {
		running.Go(func() { done[i], errs[i] = k.exchange(ctx, s, a) })
	}
	running.Wait()
	return done, cmp.Or(errs...)
}

// cell is the name that the client is given.
func (a ask) cell(s subject) string {
	elements := []string{
		"codec=" + string(s.codec), "placement=" + string(s.placement.Name),
		"window=" + strconv.Itoa(a.window), "size=" + a.size.String(),
	}
	if a.alternate {
		slices.Reverse(elements)
	}
	name := strings.Join(elements, "/")
	if a.workers > 1 {
		name += "-" + strconv.Itoa(a.workers)
	}
	return name
}

func (x *exchange) arguments(url string) []string {
	flags := []string{"--upstream", url, "--cell", x.cell, "--responses", strconv.Itoa(x.responses), "--ops", strconv.Itoa(x.ops)}
	if x.alternate {
		flags = []string{"--ops=" + strconv.Itoa(x.ops), "--responses=" + strconv.Itoa(x.responses), "--cell=" + x.cell, "--upstream=" + url + "/"}
	}
	if x.results {
		flags = append(flags, "--results")
	}
	return flags
}

func (x *exchange) String() string {
	return fmt.Sprintf("window %d, %d responses, %d ops of %v with %d workers", x.window, x.responses, x.ops, x.size, x.workers)
}

// warm is how many responses the warm-up has; the ops' ids begin there.
func (a ask) warm() int { return bench.WarmUp(a.window) }

// requests is how many the client sends where nothing goes wrong.
func (a ask) requests() int { return a.warm() + a.ops*a.responses }

// collation returns the collation of an id: 0 is the warm-up, 1 the first op. It
// is also that of the n-th request of the process, counted from 0.
func (a ask) collation(id int) int {
	if id < a.warm() {
		return 0
	}
	return 1 + (id-a.warm())/a.responses
}

// leastOp is the shortest that an op can take: each response takes the latency,
// a window of them at a time.
func (a ask) leastOp(window int) time.Duration {
	return time.Duration((a.responses+window-1)/window) * a.latency
}
