package diagnose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// recordSlack is the time that a server may take beyond the interval, to write
// the trace's last part on a busy machine.
const recordSlack = 20 * time.Second

// Record records an execution trace of a running program and writes it to w. base
// is the address of the program's net/http/pprof; d is rounded to whole seconds.
// The CPU profiler is on meanwhile, so that the trace has CPU samples; Record
// drops the profile itself. It connects to no other address than base.
func Record(ctx context.Context, base string, d time.Duration, w io.Writer) error {
	u, err := ParseBase(base)
	if err != nil {
		return fmt.Errorf("record %w", err)
	}
	ctx, stop := context.WithTimeout(ctx, d+recordSlack)
	defer stop()
	r := recording{base: u, seconds: max(1, int(d.Round(time.Second)/time.Second)), client: newClient(d)}
	defer r.client.CloseIdleConnections()
	if err := r.both(ctx, w); err != nil {
		return fmt.Errorf("record %s: %w", base, err)
	}
	return nil
}

// ParseBase parses the address of a program's net/http/pprof. It adds the path
// /debug/pprof where base does not end in it.
func ParseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("%q: not an address such as http://127.0.0.1:6060", base)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%q: leave out what follows the path", base)
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	if !strings.HasSuffix(u.Path, "/debug/pprof") {
		u.Path += "/debug/pprof"
	}
	return u, nil
}

// newClient makes a client that follows no redirection and uses no proxy, so that
// it connects to no other address than base.
func newClient(d time.Duration) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			ResponseHeaderTimeout: d + recordSlack,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type recording struct {
	base    *url.URL
	seconds int
	client  *http.Client
}

// both records the profile and the trace at the same time. If one fails it stops
// the other.
func (r recording) both(ctx context.Context, w io.Writer) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var both sync.WaitGroup
	fetch := func(name string, w io.Writer) {
		both.Go(func() {
			if err := r.get(ctx, name, w); err != nil {
				stop(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	fetch("profile", io.Discard)
	fetch("trace", w)
	both.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return nil
}

func (r recording) get(ctx context.Context, name string, w io.Writer) error {
	at := *r.base
	at.Path += "/" + name
	at.RawQuery = fmt.Sprintf("seconds=%d", r.seconds)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return plain(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return refused(resp)
	}
	if kind := resp.Header.Get("Content-Type"); kind != "application/octet-stream" {
		return fmt.Errorf("no pprof handler: it answers with %s", kind)
	}
	if _, err = io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("after %s: %w", resp.Status, err)
	}
	return nil
}

// plain takes the address out of an error, since the caller names it.
func plain(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		if u.Timeout() {
			return errors.New("no answer in time")
		}
		return u.Err
	}
	return err
}

// refused reads the line of text in which pprof's handlers say what is wrong.
func refused(resp *http.Response) error {
	if resp.Header.Get("X-Go-Pprof") == "" {
		return fmt.Errorf("no pprof handler: it answers %s", resp.Status)
	}
	why, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	line, _, _ := bytes.Cut(bytes.TrimSpace(why), []byte("\n"))
	return fmt.Errorf("%s: %s", resp.Status, line)
}
