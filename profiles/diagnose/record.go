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

// recordSlack is what a server may take beyond the interval: for the trace's
// last part, and for a machine that is busy.
const recordSlack = 20 * time.Second

// Record has the program behind base, the address of its net/http/pprof, write
// an execution trace of d (whole seconds) to w. The CPU profiler is on
// meanwhile, so that the trace carries its samples; the profile itself is
// dropped. It connects to base alone.
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

// ParseBase checks the address of a program's pprof: scheme, host and port, and
// the path where it is not the usual one.
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

// newClient follows no redirection and no proxy: it connects to the address
// that it was given, and to no other.
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

// both runs the profile and the trace side by side, and ends one where the
// other fails.
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

// plain leaves out the address, which the caller names.
func plain(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		if u.Timeout() {
			return errors.New("no answer in time")
		}
		return u.Err
	}
	return err
}

// refused reads why: pprof's handlers answer with a line of text.
func refused(resp *http.Response) error {
	if resp.Header.Get("X-Go-Pprof") == "" {
		return fmt.Errorf("no pprof handler: it answers %s", resp.Status)
	}
	why, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	line, _, _ := bytes.Cut(bytes.TrimSpace(why), []byte("\n"))
	return fmt.Errorf("%s: %s", resp.Status, line)
}
