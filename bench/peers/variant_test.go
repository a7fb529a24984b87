package peers_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/bench/peers"
)

// twoClients are Go's and another one with two codecs and three placements.
func twoClients(t *testing.T) peers.Team {
	t.Helper()
	team, err := peers.Assemble(t.Context(), peers.TeamOptions{Clients: []string{"go"}})
	if err != nil {
		t.Fatal(err)
	}
	team.Clients = append(team.Clients, peers.Client{Name: "tame", Listing: peers.Listing{
		Codecs:     []peers.Codec{{Name: "json"}, {Name: "fast"}},
		Placements: []peers.Placement{{Name: "serial"}, {Name: "threads"}, {Name: "parallel"}},
	}})
	return team
}

// spelled is a variant in a line; a * says that it is a usual one.
func spelled(variants []peers.Variant) (out []string) {
	for _, v := range variants {
		s := fmt.Sprintf("%s/%s/%s", v.Client, v.Codec, v.Placement)
		if v.Usual {
			s += "*"
		}
		out = append(out, s)
	}
	return out
}

func wantVariants(t *testing.T, got []peers.Variant, want ...string) {
	t.Helper()
	if s := spelled(got); !slices.Equal(s, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(s, "\n"), strings.Join(want, "\n"))
	}
}

func TestVariants(t *testing.T) {
	wantVariants(t, twoClients(t).Variants(),
		"go/json/inline*", "go/json/collector*", "go/json/request*", "go/json/pool*", "go/json/gated", "go/json/stream",
		"go/sonic/inline*", "go/sonic/collector", "go/sonic/request*", "go/sonic/pool", "go/sonic/gated", "go/sonic/stream",
		"tame/json/serial*", "tame/json/threads*", "tame/json/parallel*",
		"tame/fast/serial*", "tame/fast/threads", "tame/fast/parallel*")
}

func TestChoose(t *testing.T) {
	all := twoClients(t).Variants()
	for _, c := range []struct {
		codecs, placements []string
		want               []string
	}{
		{nil, nil, []string{
			"go/json/inline*", "go/json/collector*", "go/json/request*", "go/json/pool*", "go/sonic/inline*", "go/sonic/request*",
			"tame/json/serial*", "tame/json/threads*", "tame/json/parallel*", "tame/fast/serial*", "tame/fast/parallel*"}},
		// Who names one of the two gets what is not usual, too.
		{[]string{"fast"}, nil, []string{"tame/fast/serial*", "tame/fast/threads", "tame/fast/parallel*"}},
		{nil, []string{"threads", "stream"}, []string{"go/json/stream", "go/sonic/stream", "tame/json/threads*", "tame/fast/threads"}},
		{[]string{"json"}, []string{"gated", "serial"}, []string{"go/json/gated", "tame/json/serial*"}},
	} {
		got, err := peers.Choose(all, c.codecs, c.placements)
		if err != nil {
			t.Errorf("%q, %q: %v", c.codecs, c.placements, err)
			continue
		}
		wantVariants(t, got, c.want...)
	}
}

func TestChooseRefuses(t *testing.T) {
	all := twoClients(t).Variants()
	for _, c := range []struct {
		codecs, placements    []string
		option, value, allows string
	}{
		{[]string{"json", "xml"}, nil, "codec", "xml", "json, sonic, fast"},
		{[]string{}, nil, "codec", "", "json, sonic, fast"},
		{nil, []string{"nowhere"}, "placement", "nowhere", "inline, collector, request, pool, gated, stream, serial, threads, parallel"},
		{nil, []string{}, "placement", "", "inline, "},
		{[]string{"xml"}, []string{"nowhere"}, "codec", "xml", "json, sonic"},
	} {
		_, err := peers.Choose(all, c.codecs, c.placements)
		wantOption(t, err, c.option, c.value, "is not one of "+c.allows)
	}
	_, err := peers.Choose(all, []string{"fast"}, []string{"inline", "pool"})
	none := (*peers.NoVariantError)(nil)
	if !errors.As(err, &none) || err.Error() != `codec "fast" and placement "inline,pool" leave no client anything to do` {
		t.Errorf("got %v", err)
	}
}

// wantOption wants an error about this value of an option, which says this.
func wantOption(t *testing.T, err error, option, value, says string) {
	t.Helper()
	got := (*peers.OptionError)(nil)
	if !errors.As(err, &got) || got.Option != option || got.Value != value || !strings.HasPrefix(got.Err.Error(), says) {
		t.Errorf("got %v; want %s %q: %s", err, option, value, says)
	}
	if want := fmt.Sprintf("%s %q: ", option, value); err != nil && !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%q does not begin with %q", err, want)
	}
}

// windows are cells that differ in their window alone.
func windows(windows ...int) (out []bench.Cell) {
	for _, w := range windows {
		c := bench.DefaultCell()
		c.Procs, c.Window = 2, w
		out = append(out, c)
	}
	return out
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		cells     []bench.Cell
		responses int // where they are given
		want      string
	}{
		{windows(32), 0, "32:64 64:64"},
		{windows(8, 16), 0, "8:64 16:64 32:64"}, // 16 is there already
		{windows(100, 3), 0, "3:200 6:200 100:200 200:200"},
		{windows(32), 64, "32:64 64:64"},
		{windows(2), 5, "2:5 4:5"},
	} {
		for i := range c.cells {
			if c.responses > 0 {
				c.cells[i].Responses = c.responses
			}
		}
		got, err := peers.Settings(c.cells, c.responses > 0)
		if err != nil {
			t.Errorf("%s: %v", c.want, err)
			continue
		}
		var s []string
		for _, cell := range got {
			s = append(s, fmt.Sprintf("%d:%d", cell.Window, cell.Responses))
		}
		if strings.Join(s, " ") != c.want {
			t.Errorf("got %v; want %s", s, c.want)
		}
	}
}

func TestSettingsRefuses(t *testing.T) {
	short, crowd, large := windows(32), windows(1), windows(600000)
	short[0].Responses = 40
	crowd[0].Procs = peers.MaxWorkers + 1
	_, err := peers.Settings(short, true)
	wantOption(t, err, "responses", "40", "can't fill twice the window of 32, which each client is sampled at; 64 can")
	_, err = peers.Settings(crowd, false)
	wantOption(t, err, "procs", "1025", "is not from 1 to 1024, or all")
	_, err = peers.Settings(large, false)
	wantOption(t, err, "window", "600000", "each client is sampled at twice that too: window: \"1200000\" is not")
}

func TestCells(t *testing.T) {
	variants := []peers.Variant{{Client: "tame", Codec: "fast", Placement: "serial"}, {Client: bench.Go, Codec: "sonic", Placement: bench.Pool}}
	cells, err := peers.Cells(variants, windows(4, 8))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range cells {
		got = append(got, c.Name())
	}
	want := []string{
		"client=tame/codec=fast/placement=serial/window=4/size=1MiB-2", "client=tame/codec=fast/placement=serial/window=8/size=1MiB-2",
		"codec=sonic/placement=pool/window=4/size=1MiB-2", "codec=sonic/placement=pool/window=8/size=1MiB-2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := peers.Cells([]peers.Variant{{Client: bench.Go, Codec: "json", Placement: "spawn"}}, windows(4)); err == nil || !strings.Contains(err.Error(), `client go: placement: "spawn"`) {
		t.Errorf("a placement that Go has not: got %v", err)
	}
}
