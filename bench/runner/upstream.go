package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/procfs"

	"collatebench/bench"
	"collatebench/internal/child"
	"collatebench/mockserver/behaviour"
)

// upstreams are the upstreams of a run, a process for each behaviour. All are
// started before the first sample, and each is idle unless a sample uses it.
type upstreams struct {
	elsewhere string // base URL of the one upstream that is not ours
	local     int    // its process if it runs on this machine; else 0
	members   map[behaviour.Spec]*child.Child
}

// start starts what the cells need and is not there yet.
func (s *upstreams) start(ctx context.Context, x *experiment) error {
	if s.elsewhere = x.Upstream; s.elsewhere != "" {
		var err error
		s.local, err = localPID(ctx, s.elsewhere)
		return err
	}
	if s.members == nil {
		s.members = map[behaviour.Spec]*child.Child{}
	}
	for _, c := range x.cells {
		if s.members[c.Upstream] != nil {
			continue
		}
		u, err := startUpstream(ctx, x, c.Upstream)
		if err != nil {
			return fmt.Errorf("start the upstream: %w", err)
		}
		s.members[c.Upstream] = u
	}
	return nil
}

// of returns the base URL for a behaviour, and its process if it is ours.
func (s *upstreams) of(spec behaviour.Spec) (string, *child.Child) {
	if u := s.members[spec]; u != nil {
		return u.URL, u
	}
	return s.elsewhere, nil
}

// pid returns the process of the upstream with a behaviour, so that its use of the
// cores is not counted as other processes'. It is 0 on another machine.
func (s *upstreams) pid(spec behaviour.Spec) int {
	if u := s.members[spec]; u != nil {
		return u.PID()
	}
	return s.local
}

// localPID asks an upstream on a loopback address for its process; 0 if it is not on this
// machine. The number alone says nothing: behind a tunnel, or in a container, it is that of
// some other process here. So that process must be the one that listens at the address.
func localPID(ctx context.Context, base string) (int, error) {
	u, err := url.Parse(base)
	if err != nil {
		return 0, err
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return 0, nil
	}
	var stats struct {
		PID int `json:"pid"`
	}
	if err := getJSON(ctx, base, "/v1/stats", &stats); err != nil || !listens(stats.PID, cmp.Or(u.Port(), "80")) {
		return 0, err
	}
	return stats.PID, nil
}

// listens says whether a process of this machine listens at a TCP port, as far as /proc
// tells it.
func listens(pid int, port string) bool {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return false
	}
	p, err := fs.Proc(pid)
	if err != nil {
		return false
	}
	targets, err := p.FileDescriptorTargets()
	if err != nil {
		return false // it is another user's
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		for _, inode := range listeners(table, port) {
			if slices.Contains(targets, "socket:["+inode+"]") {
				return true
			}
		}
	}
	return false
}

// listeners returns the inodes of the sockets that listen at a port. A line of the table is
//
//	sl local_address rem_address st tx_queue:rx_queue tr:when retrnsmt uid timeout inode
//
// with addresses as 0100007F:1F90 and the state 0A, TCP_LISTEN of the kernel's
// include/net/tcp_states.h. procfs has deprecated its own reader of it.
func listeners(table, port string) (inodes []string) {
	text, err := os.ReadFile(table)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 10 || f[3] != "0A" {
			continue
		}
		_, hex, _ := strings.Cut(f[1], ":")
		if n, err := strconv.ParseUint(hex, 16, 16); err == nil && strconv.FormatUint(n, 10) == port {
			inodes = append(inodes, f[9])
		}
	}
	return inodes
}

// stop ends each upstream after the requests in flight.
func (s *upstreams) stop() { child.Stop(slices.Collect(maps.Values(s.members))...) }

func startUpstream(ctx context.Context, x *experiment, spec behaviour.Spec) (*child.Child, error) {
	args := append(append([]string{}, x.Self[1:]...), "--child", "--seed="+strconv.FormatUint(x.Seed, 10))
	for _, k := range behaviour.Knobs() {
		args = append(args, "--"+k.Name+"="+k.Get(spec))
	}
	for _, file := range x.files {
		args = append(args, "--body="+file)
	}
	if x.own != nil && x.own.Replay != "" {
		args = append(args, "--replay="+x.own.Replay, "--max-memory="+ownMemory)
		for _, prefix := range x.own.Pass {
			args = append(args, "--pass="+prefix)
		}
	}
	return child.Start(ctx, exec.Command(x.Self[0], args...), child.Options{Name: "upstream", Stderr: x.log})
}

// awaitElsewhere checks an upstream that is not ours, and waits for one that does not answer yet, as
// long as the guard waits: in a cluster it may start with its client.
func (x *experiment) awaitElsewhere(ctx context.Context) error {
	told := false
	for began := time.Now(); ; {
		err := checkElsewhere(ctx, x.Upstream)
		if err == nil {
			return nil
		}
		absent := (*url.Error)(nil) // nobody is there, or the name is not known yet
		if !errors.As(err, &absent) && !errors.Is(err, errUnready) || time.Since(began) >= x.Guard.Wait {
			return &OptionError{"upstream", x.Upstream, err}
		}
		if !told {
			told = true
			x.note("waiting for --upstream %s: %v\n", x.Upstream, err)
		}
		if err := sleep(ctx, min(lockPoll, x.Guard.Wait)); err != nil {
			return err
		}
	}
}

// checkElsewhere refuses an upstream that does not keep the mock server's
// contract, before anything is written.
func checkElsewhere(ctx context.Context, base string) error {
	if u, err := url.Parse(base); err != nil || u.Scheme != "http" || u.Host == "" || u.RawQuery != "" {
		return errors.New("not a base URL such as http://10.0.0.7:8080")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := getJSON(ctx, base, "/readyz", nil); err != nil {
		return err
	}
	var stats struct {
		Requests *float64 `json:"requests"`
	}
	err := getJSON(ctx, base, "/v1/stats", &stats)
	if err == nil && stats.Requests == nil {
		err = errors.New("GET /v1/stats says nothing of requests")
	}
	if err != nil {
		return fmt.Errorf("%w: it must be a collatebench mockserver, or keep its contract (go doc ./mockserver)", err)
	}
	return nil
}

// asking is the client for an upstream's readiness and statistics. As the client that
// is measured, and unlike http.DefaultClient, it takes no proxy from the environment:
// both must talk to the same upstream.
var asking = func() *http.Client {
	c := bench.Connections(1, bench.HTTP1)
	c.Timeout = 10 * time.Second
	return c
}()

// errUnready is an upstream that still builds its payloads.
var errUnready = errors.New("503: not ready yet")

// maxAnswer, bytes: our upstream's statistics take one thousandth of it.
const maxAnswer = 1 << 20

// getJSON wants a 200, and JSON where into is set.
func getJSON(ctx context.Context, base, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base, "/")+path, nil)
	if err != nil {
		return err
	}
	resp, err := asking.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusServiceUnavailable {
		return fmt.Errorf("GET %s: %w", path, errUnready)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	if into == nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
	case len(text) > maxAnswer:
		err = fmt.Errorf("its answer has more than %d MiB", maxAnswer>>20)
	default:
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}
