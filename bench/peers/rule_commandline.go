package peers

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"collatebench/mockserver/payload"
)

func judgeListing(t *trial) {
	text, err := t.client.list(t.ctx)
	if t.err = context.Cause(t.ctx); t.err != nil {
		return
	}
	var l Listing
	if err == nil {
		l, err = parseListing(text)
	}
	switch {
	case err != nil:
		t.wrongf("--list: %v", err)
	case !reflect.DeepEqual(l, t.client.Listing):
		t.wrongf("--list says something else now: %s", bytes.TrimSpace(text))
	}
	for _, c := range l.Codecs {
		if c.Library == "" {
			t.wrongf("--list: codec %s has no library", c.Name)
		}
	}
	for _, p := range l.Placements {
		if p.About == "" || strings.Contains(p.About, "\n") {
			t.wrongf("--list: placement %s: about is %q, not one line", p.Name, p.About)
		}
	}
}

func judgeHelp(t *trial) {
	r := t.run("--help")
	if t.works("--help", r) && strings.TrimSpace(r.stdout) == "" {
		t.wrongf("--help prints nothing on stdout")
	}
}

// A badInput is a command line that is refused, and what the refusal names.
type badInput struct {
	flags []string
	names []string
}

func judgeBadInput(t *trial) {
	cell := ask{window: 4, size: 16 * payload.KiB, workers: 2}.cell(t.subject)
	u, err := startUpstream(ask{}, &t.mocks)
	if err != nil {
		t.err = err
		return
	}
	defer u.stop()
	inputs := badInputs(t.client, cell, u.url)
	runs, errs := make([]run, len(inputs)), make([]error, len(inputs))
	var running sync.WaitGroup
	for i, b := range inputs {
		running.Go(func() { runs[i], errs[i] = t.checking.run(t.ctx, b.flags, nil, nil, false) })
	}
	running.Wait()
	if t.err = cmp.Or(errs...); t.err != nil {
		return
	}
	for i, b := range inputs {
		if wrong := runs[i].refusal(string(t.client.Name), b.names); wrong != "" {
			t.wrongf("%s: %s", strings.Join(b.flags, " "), wrong)
		}
	}
}

func badInputs(c Client, cell, url string) []badInput {
	placement, codec := string(c.Placements[0].Name), string(c.Codecs[0].Name)
	with := func(cell string, more ...string) []string {
		return append([]string{"--upstream", url, "--cell", cell, "--responses", "4", "--ops", "1"}, more...)
	}
	in := func(old, new string) []string { return with(strings.Replace(cell, old, new, 1)) }
	return []badInput{
		{in("placement="+placement, "placement=no-such"), []string{"placement", "no-such", placement}},
		{in("codec="+codec, "codec=no-such"), []string{"codec", "no-such", codec}},
		{in("codec=", "encoding=gzip/codec="), []string{"encoding", "window"}},
		{in("codec=", "codec"), []string{"codec" + codec}},
		{in("window=4/", ""), []string{"window"}},
		{in("window=4", "window=4/window=8"), []string{"window"}},
		{in("window=4", "window=0"), []string{"window", "0"}},
		{in("window=4", "window=1000001"), []string{"window", "1000001"}},
		{in("size=16KiB", "size=large"), []string{"size", "large"}},
		{with(cell, "--ops", "0"), []string{"ops", "0"}},
		{with(cell, "--ops=1000001"), []string{"ops", "1000001"}},
		{with(cell, "--responses", "0"), []string{"responses", "0"}},
		{with(cell, "--responses=many"), []string{"responses", "many"}},
		{with(cell, "--no-such-flag"), []string{"no-such-flag"}},
		{[]string{"--upstream", url, "--responses", "4", "--ops", "1"}, []string{"--cell"}},
		{[]string{"--cell", cell, "--responses", "4", "--ops", "1"}, []string{"--upstream"}},
	}
}

// refusal says in what a run is not a refusal that names these; "" in nothing.
func (r run) refusal(client string, names []string) string {
	line, wrong := r.complaint(client)
	missing := slices.IndexFunc(names, func(n string) bool { return !strings.Contains(line, n) })
	switch {
	case r.exit != 1:
		return "not refused with exit code 1: " + r.end()
	case wrong != "":
		return wrong
	case missing >= 0:
		return fmt.Sprintf("the refusal does not name %q: %q", names[missing], line)
	case len(benchmarkLines(r.stdout)) > 0:
		return "refused, and a benchmark line on stdout"
	}
	return ""
}
