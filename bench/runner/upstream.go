package runner

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"collatebench/internal/procgroup"
	"collatebench/internal/spell"
	"collatebench/mockserver/behaviour"
)

// upstreams are those of a run, one process for each distinct behaviour,
// all started before the first sample and idle unless sampled.
type upstreams struct {
	elsewhere string // base URL of the one upstream that is not ours
	local     int    // its process, where it runs on this machine all the same; else 0
	members   map[behaviour.Spec]*upstream
}

// An upstream is one running upstream process.
type upstream struct {
	spec  behaviour.Spec
	url   string
	cmd   *exec.Cmd
	stdin io.Closer
	said  *tailWriter
	ended chan struct{} // closed when the process has ended
	err   error         // how; read once ended is closed
}

// readyIn is how long an upstream may take to print its address.
const readyIn = 30 * time.Second

// start starts what the cells need and is not there yet.
func (s *upstreams) start(ctx context.Context, x *experiment) error {
	if s.elsewhere = x.Upstream; s.elsewhere != "" {
		var err error
		s.local, err = localPID(ctx, s.elsewhere)
		return err
	}
	if s.members == nil {
		s.members = map[behaviour.Spec]*upstream{}
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
func (s *upstreams) of(spec behaviour.Spec) (string, *upstream) {
	if u := s.members[spec]; u != nil {
		return u.url, u
	}
	return s.elsewhere, nil
}

// pid returns the process behind a behaviour, whose share of the cores is not
// other processes'; 0 where it is on another machine.
func (s *upstreams) pid(spec behaviour.Spec) int {
	if u := s.members[spec]; u != nil {
		return u.cmd.Process.Pid
	}
	return s.local
}

// localPID asks an upstream on a loopback address for its process.
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
	err = answers(ctx, base, "/v1/stats", &stats)
	return stats.PID, err
}

// stop closes each upstream's standard input, its signal to end after the
// requests in flight, and waits; one that does not end is killed.
func (s *upstreams) stop() {
	for _, u := range s.members {
		u.stdin.Close()
	}
	for _, u := range s.members {
		select {
		case <-u.ended:
		case <-time.After(10 * time.Second):
			_ = u.cmd.Process.Kill() // it may have ended just now
			<-u.ended
		}
	}
}

func startUpstream(ctx context.Context, x *experiment, spec behaviour.Spec) (*upstream, error) {
	args := append(append([]string{}, x.Self[1:]...), "--child", "--seed="+strconv.FormatUint(x.Seed, 10))
	for _, k := range behaviour.Knobs() {
		args = append(args, "--"+k.Name+"="+k.Get(spec))
	}
	for _, b := range x.bodies {
		args = append(args, "--body="+b.Path)
	}
	u := &upstream{spec: spec, cmd: exec.Command(x.Self[0], args...), said: &tailWriter{to: x.log}, ended: make(chan struct{})}
	u.cmd.Stderr = u.said
	u.cmd.Env = environment(0)
	procgroup.Lead(u.cmd)
	in, err := u.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	u.stdin = in
	out, err := u.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := u.cmd.Start(); err != nil {
		return nil, err
	}
	address := make(chan string, 1)
	go u.follow(out, address)
	return u, u.awaitAddress(ctx, address)
}

// follow reads the address, keeps the pipe drained and notes the end.
func (u *upstream) follow(out io.Reader, address chan<- string) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var ready struct {
			URL string `json:"url"`
		}
		if json.Unmarshal(lines.Bytes(), &ready) == nil && ready.URL != "" {
			address <- ready.URL
			break
		}
	}
	_, _ = io.Copy(io.Discard, out)
	u.err = u.cmd.Wait()
	close(u.ended)
}

func (u *upstream) awaitAddress(ctx context.Context, address <-chan string) error {
	timeout := time.NewTimer(readyIn)
	defer timeout.Stop()
	select {
	case u.url = <-address:
		return nil
	case <-u.ended:
		return u.obituary()
	case <-timeout.C:
		_ = u.cmd.Process.Kill()
		<-u.ended
		return fmt.Errorf("no address from it in %v\n%s", readyIn, u.said.tail())
	case <-ctx.Done():
		_ = u.cmd.Process.Kill()
		<-u.ended
		return context.Cause(ctx)
	}
}

// obituary says how the process ended, with the last lines that it wrote.
func (u *upstream) obituary() error {
	how := "it ended by itself"
	if u.err != nil {
		how = u.err.Error()
	}
	return fmt.Errorf("the upstream process ended (%s); its last lines:\n%s", how, u.said.tail())
}

// checkElsewhere refuses an upstream that does not keep the mock server's
// contract, before anything is written.
func checkElsewhere(ctx context.Context, base string) error {
	if u, err := url.Parse(base); err != nil || u.Scheme != "http" || u.Host == "" || u.RawQuery != "" {
		return errors.New("not a base URL such as http://10.0.0.7:8080")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := answers(ctx, base, "/readyz", nil); err != nil {
		return err
	}
	var stats struct {
		Requests *float64 `json:"requests"`
	}
	err := answers(ctx, base, "/v1/stats", &stats)
	if err == nil && stats.Requests == nil {
		err = errors.New("GET /v1/stats says nothing of requests")
	}
	if err != nil {
		return fmt.Errorf("%w: it must be a collatebench mockserver, or keep its contract (go doc ./mockserver)", err)
	}
	return nil
}

// answers wants a 200, and JSON where into is set.
func answers(ctx context.Context, base, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base, "/")+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return nil
}

// environment is ours with the given GOMAXPROCS; 0 leaves it to the process.
func environment(procs int) []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GOMAXPROCS=") {
			out = append(out, v)
		}
	}
	if procs > 0 {
		out = append(out, "GOMAXPROCS="+strconv.Itoa(procs))
	}
	return out
}

// A tailWriter passes on what a process writes and keeps the end of it.
type tailWriter struct {
	mu   sync.Mutex
	to   io.Writer
	last []byte
}

// keptBytes is how much of a process's output an error can show.
const keptBytes = 8 << 10

func (t *tailWriter) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	t.last = t.last[max(0, len(t.last)-keptBytes):]
	return t.to.Write(b)
}

func (t *tailWriter) tail() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return spell.Excerpt(string(bytes.TrimSpace(t.last)), 20)
}
