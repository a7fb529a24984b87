package peers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"collatebench/bench"
	"collatebench/mockserver/payload"
)

// A Team is the clients that are compared, and those that could not be built.
type Team struct {
	Clients []Client        // in the order of Kits, Go's first
	LeftOut []*MissingError // empty where the clients were asked for by name
}

// TeamOptions say which clients are in a team. Root alone must be set.
type TeamOptions struct {
	Root string // of the module, where the sources of the kits are
	// Clients are "go", kits by name or programs by path, each once. nil means
	// Go's and every kit that can be built here.
	Clients []string

	Building func(k Kit, log string)     // told of a build that begins, and of the file that its tools write to; may be nil
	Missing  func(missing *MissingError) // told of each kit that is left out; may be nil
}

// An OptionError is a fault of what was asked for.
type OptionError struct {
	Option string // client, codec, placement, window, responses or procs
	Value  string
	Err    error
}

func (e *OptionError) Error() string { return fmt.Sprintf("%s %q: %v", e.Option, e.Value, e.Err) }

// Unwrap returns what is wrong with the value.
func (e *OptionError) Unwrap() error { return e.Err }

// Assemble builds the clients that are asked for. What the tools of a kit say
// is kept in .build/peers/NAME.log. An error is an *OptionError where what was
// asked for can't be, and a *MissingError where a client that was named can't
// be built here.
func Assemble(ctx context.Context, o TeamOptions) (Team, error) {
	if err := o.check(); err != nil {
		return Team{}, err
	}
	wanted, all := o.Clients, o.Clients == nil
	if all {
		wanted = ClientNames()
	}
	var t Team
	for _, name := range wanted {
		client, err := o.client(ctx, name)
		missing := (*MissingError)(nil)
		switch {
		case errors.As(err, &missing) && all:
			t.LeftOut = append(t.LeftOut, missing)
			if o.Missing != nil {
				o.Missing(missing)
			}
			continue
		case err != nil:
			return Team{}, err
		case slices.ContainsFunc(t.Clients, func(c Client) bool { return c.Name == client.Name }):
			return Team{}, &OptionError{"client", name, fmt.Errorf("calls itself %s, as another one does", client.Name)}
		}
		t.Clients = append(t.Clients, client)
	}
	slices.SortStableFunc(t.Clients, goFirst)
	return t, nil
}

// check finds what is wrong before a build that takes minutes.
func (o TeamOptions) check() error {
	if o.Clients != nil && len(o.Clients) == 0 {
		return &OptionError{"client", "", fmt.Errorf("names none of %s, nor the path of a program", strings.Join(ClientNames(), ", "))}
	}
	for i, name := range o.Clients {
		if slices.Contains(o.Clients[:i], name) {
			return &OptionError{"client", name, errors.New("is named twice")}
		}
	}
	return nil
}

func goFirst(a, b Client) int {
	switch {
	case a.Name == bench.Go && b.Name != bench.Go:
		return -1
	case b.Name == bench.Go && a.Name != bench.Go:
		return 1
	}
	return 0
}

// client returns Go's, builds a kit, or asks a program what it is.
func (o TeamOptions) client(ctx context.Context, name string) (Client, error) {
	if name == string(bench.Go) {
		return goClient(), nil
	}
	for _, k := range Kits() {
		if string(k.Name) == name {
			return o.build(ctx, k)
		}
	}
	if !strings.ContainsRune(name, filepath.Separator) {
		return Client{}, &OptionError{"client", name,
			fmt.Errorf("is none of %s, nor the path of a program, such as ./my-client", strings.Join(ClientNames(), ", "))}
	}
	client, err := Describe(ctx, []string{name})
	if err != nil {
		err = &OptionError{"client", name, err}
	}
	return client, err
}

// goClient is this module's own, as it would list itself.
func goClient() Client {
	l := Listing{
		Client: bench.Go, Runtime: runtime.Version(),
		Codecs: []Codec{{payload.JSON, "encoding/json"}, {payload.Sonic, "bytedance/sonic"}},
	}
	for _, p := range bench.Placements() {
		l.Placements = append(l.Placements, Placement{p, bench.Completion, p.About()})
	}
	return Client{Name: bench.Go, Listing: l}
}

func (o TeamOptions) build(ctx context.Context, k Kit) (Client, error) {
	log := &buildLog{path: filepath.Join(o.Root, ".build", "peers", string(k.Name)+".log")}
	if o.Building != nil {
		log.begins = func() { o.Building(k, log.path) }
	}
	defer log.close()
	return k.Build(ctx, o.Root, log)
}

// A buildLog is a file that is made anew at the first thing that a tool says:
// where a tool is missing the last log stays.
type buildLog struct {
	path   string
	begins func() // may be nil
	f      *os.File
}

func (l *buildLog) Write(b []byte) (int, error) {
	if l.f == nil {
		f, err := os.Create(l.path)
		if err != nil {
			return 0, err
		}
		l.f = f
		if l.begins != nil {
			l.begins()
		}
	}
	return l.f.Write(b)
}

func (l *buildLog) close() {
	if l.f != nil {
		l.f.Close()
	}
}
