//go:build unix

package peers_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"collatebench/bench"
	"collatebench/bench/peers"
)

// assembled notes what Assemble says meanwhile.
func (w *workshop) assemble(clients []string) (team peers.Team, said []string, err error) {
	w.t.Helper()
	team, err = peers.Assemble(w.t.Context(), peers.TeamOptions{
		Root: w.root, Clients: clients,
		Building: func(k peers.Kit, log string) { said = append(said, "building "+string(k.Name)+" "+log) },
		Missing:  func(missing *peers.MissingError) { said = append(said, missing.Error()) },
	})
	return team, said, err
}

// program makes an executable that lists a client of this name.
func (w *workshop) program(client string) (path string) {
	w.tool("program-"+client, client, `eval "$client"`)
	return filepath.Join(w.bin, "program-"+client)
}

// cargo makes the tools that build the client in Rust.
func (w *workshop) cargo(says string) {
	w.tool("cc", "", "")
	w.tool("cargo", "rust", `[ "$1" = --version ] && exit`+"\n"+says+"\nprogram=.build/peers/rust/release/collatebench-rust"+makesClient)
}

func clientNames(t peers.Team) (out []bench.ClientName) {
	for _, c := range t.Clients {
		out = append(out, c.Name)
	}
	return out
}

func TestAssembleAllThatCanBeBuilt(t *testing.T) {
	w := newWorkshop(t)
	w.cargo("echo compiling >&2")
	team, said, err := w.assemble(nil)
	if err != nil {
		t.Fatal(err)
	}
	if names := clientNames(team); !slices.Equal(names, []bench.ClientName{"go", "rust"}) {
		t.Errorf("got %q", names)
	}
	want := []string{"building rust " + w.output("rust.log")}
	for _, missing := range team.LeftOut {
		want = append(want, missing.Error())
	}
	if !slices.Equal(said, want) || len(team.LeftOut) != len(peers.Kits())-1 {
		t.Errorf("was told\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	if first := team.LeftOut[0]; first.Error() != "python is left out: no python3 in PATH"+aptPython || first.Client != "python" {
		t.Errorf("left out: %v", first)
	}
	if log, err := os.ReadFile(w.output("rust.log")); err != nil || string(log) != "compiling\n" {
		t.Errorf("the log has %q, %v", log, err)
	}
}

// TestTheLastLogStays: a build in which no tool says anything begins no log.
func TestTheLastLogStays(t *testing.T) {
	w := newWorkshop(t)
	w.cargo("")
	w.write(".build/peers/rust.log", "what failed last time\n")
	if _, said, err := w.assemble([]string{"rust"}); err != nil || len(said) > 0 {
		t.Errorf("was told %q, %v", said, err)
	}
	if log, err := os.ReadFile(w.output("rust.log")); err != nil || string(log) != "what failed last time\n" {
		t.Errorf("the log has %q, %v", log, err)
	}
}

func TestAssembleWhatIsNamed(t *testing.T) {
	w := newWorkshop(t)
	w.cargo("")
	team, _, err := w.assemble([]string{w.program("tame"), "rust", "go"})
	if err != nil {
		t.Fatal(err)
	}
	if names := clientNames(team); !slices.Equal(names, []bench.ClientName{"go", "tame", "rust"}) || team.LeftOut != nil {
		t.Errorf("got %q without %v; Go's comes first, and nobody asked for others", names, team.LeftOut)
	}
	ours := team.Clients[0]
	if ours.Command != nil || ours.Runtime != runtime.Version() || len(ours.Placements) != len(bench.Placements()) {
		t.Errorf("Go's client is %+v", ours)
	}
}

func TestAssembleRefuses(t *testing.T) {
	w := newWorkshop(t)
	first, second := w.program("tame"), filepath.Join(w.bin, "a-copy")
	if err := os.Link(first, second); err != nil {
		t.Fatal(err)
	}
	names := strings.Join(peers.ClientNames(), ", ")
	for _, c := range []struct {
		clients     []string
		value, says string
	}{
		{[]string{}, "", "names none of " + names + ", nor the path of a program"},
		{[]string{"go", "go"}, "go", "is named twice"},
		{[]string{"go", "no-such"}, "no-such", "is none of " + names + ", nor the path of a program, such as ./my-client"},
		{[]string{first, second}, second, "calls itself tame, as another one does"},
		{[]string{"./no-such"}, "./no-such", "describe a client: "},
	} {
		_, _, err := w.assemble(c.clients)
		wantOption(t, err, "client", c.value, c.says)
	}
	if _, _, err := w.assemble([]string{"./no-such"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the cause is lost: %v", err)
	}
	// A kit that was asked for is not left out.
	_, said, err := w.assemble([]string{"go", "rust"})
	missing := (*peers.MissingError)(nil)
	if !errors.As(err, &missing) || missing.Client != "rust" || missing.Wants != "no cargo in PATH" || len(said) > 0 {
		t.Errorf("got %v, and was told %q", err, said)
	}
	w.tool("cc", "", "")
	w.tool("cargo", "", `[ "$1" = --version ] && exit; exit 101`)
	if _, _, err := w.assemble(nil); err == nil || errors.As(err, &missing) || !strings.HasPrefix(err.Error(), "rust: build: cargo build") {
		t.Errorf("a build that fails: got %v", err)
	}
}
