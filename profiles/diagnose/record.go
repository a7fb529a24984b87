package diagnose

import (
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

	"collatebench/internal/spell"
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

// newClient makes a client that follows no redirection and uses no proxy, so that
// it connects to no other address than base: a proxy of the environment would be
// asked for the user's own 127.0.0.1. It asks for no compression, since a small
// answer could become any size.
func newClient(d time.Duration) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			ResponseHeaderTimeout:  d + recordSlack,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true,
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
	fetch := func(a answer, w io.Writer) {
		both.Go(func() {
			if err := r.get(ctx, a, w); err != nil {
				stop(fmt.Errorf("%s: %w", a.name, err))
			}
		})
	}
	fetch(cpuProfile, io.Discard)
	fetch(r.trace(), w)
	both.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return nil
}

func (r recording) get(ctx context.Context, a answer, w io.Writer) error {
	at := *r.base
	at.Path += "/" + a.name
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
		return fmt.Errorf("no pprof handler: it answers with %s", brief(kind))
	}
	if coding := resp.Header.Get("Content-Encoding"); coding != "" {
		return fmt.Errorf("it answers with Content-Encoding %s, which was not asked for", brief(coding))
	}
	return a.copy(w, resp.Body)
}

// plain takes the address out of an error, since the caller names it.
func plain(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		if u.Timeout() {
			return errors.New("no answer in time")
		}
		err = u.Err
	}
	if text := err.Error(); brief(text) != text { // it quotes what the server sent
		return errors.New(brief(text))
	}
	return err
}

// refused reads the line of text in which pprof's handlers say what is wrong.
func refused(resp *http.Response) error {
	if resp.Header.Get("X-Go-Pprof") == "" {
		return fmt.Errorf("no pprof handler: it answers %s", brief(resp.Status))
	}
	why, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return fmt.Errorf("%s: %s", brief(resp.Status), brief(string(why)))
}

// brief is the first line of what a server said, as far as an error shows it.
func brief(text string) string {
	const shown = 200
	text = spell.FirstLine(text)
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + " ..."
	}
	return text
}
