package peers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"collatebench/bench"
)

// A Kit is one of the clients whose source is here, and how it is built into
// .build/peers/NAME. Its folder is bench/peers/NAME: beside the source there
// are test.sh, which runs the client's own tests, and packages.sh, which prints
// the Debian packages that are missing here.
type Kit struct {
	Name     bench.ClientName
	Language string // as people write it
	get      string // what a person does to get the tools

	tools []string // programs that must be in PATH
	// missing returns what else the kit wants and this machine lacks, "" where
	// nothing is missing. An error means that it could not find out.
	missing func(context.Context, site) (string, error)
	build   func(context.Context, site) (command []string, err error)
	// blames reads the same from the output of a build's command that failed,
	// where only its tools can know. It may be nil.
	blames func(output string) (wants string)
}

// Kits returns every kit, in table order.
func Kits() []Kit {
	return []Kit{
		{
			Name: "rust", Language: "Rust", get: "get it from https://rustup.rs, or apt install cargo gcc",
			tools: []string{"cargo"}, missing: missingForRust, build: buildRust,
		},
		{
			Name: "python", Language: "Python", get: "apt install python3 python3-venv",
			tools: []string{"python3"}, missing: missingForPython, build: buildPython,
		},
		{
			Name: "cpp", Language: "C++",
			get:   "apt install cmake make g++ libboost1.81-dev nlohmann-json3-dev libsimdjson-dev zlib1g-dev",
			tools: []string{"cmake"}, missing: missingForCpp, build: buildCpp, blames: blameCmake,
		},
	}
}

// Languages lists those of the kits for a sentence: "Rust, Python and C++".
func Languages() string {
	var all []string
	for _, k := range Kits() {
		all = append(all, k.Language)
	}
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + " and " + all[last]
}

// ClientNames returns go and the names of the kits, in table order.
func ClientNames() []string {
	out := []string{string(bench.Go)}
	for _, k := range Kits() {
		out = append(out, string(k.Name))
	}
	return out
}

// A MissingError says in one line which client can't be built here, what is
// missing, and how to get it.
type MissingError struct {
	Client bench.ClientName
	Wants  string // such as "no cargo in PATH"
	Get    string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is left out: %s; %s", e.Client, e.Wants, e.Get)
}

// Build builds the client from its source in the module at root, as far as it
// has changed, and asks it what it is. What the tools say goes to log. Where a
// tool or a library is missing the error is a *MissingError; any other error is
// a build that failed.
func (k Kit) Build(ctx context.Context, root string, log io.Writer) (Client, error) {
	s, err := k.site(root, log)
	if err != nil {
		return Client{}, err
	}
	wants := absent(k.tools...)
	if wants == "" {
		if wants, err = k.missing(ctx, s); err != nil {
			return Client{}, fmt.Errorf("%s: %w", k.Name, err)
		}
	}
	if wants != "" {
		return Client{}, k.without(wants)
	}
	release, err := s.reserve(ctx)
	if err != nil {
		return Client{}, fmt.Errorf("%s: %w", k.Name, err)
	}
	defer release()
	command, err := k.build(ctx, s)
	if err != nil {
		return Client{}, k.explain(err)
	}
	c, err := Describe(ctx, command)
	if err == nil && c.Name != k.Name {
		err = fmt.Errorf("%s calls itself %q", c.Command[0], c.Name)
	}
	if err != nil {
		return Client{}, fmt.Errorf("%s: %w", k.Name, err)
	}
	return c, nil
}

func (k Kit) without(wants string) *MissingError { return &MissingError{k.Name, wants, k.get} }

// A site is where a kit is built.
type site struct {
	root   string // of the module
	source string
	output string
	log    io.Writer
}

func (k Kit) site(root string, log io.Writer) (site, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return site{}, err
	}
	s := site{root: root, source: filepath.Join(root, "bench", "peers", string(k.Name)),
		output: filepath.Join(root, ".build", "peers", string(k.Name)), log: log}
	if _, err := os.Stat(s.source); err != nil {
		return site{}, fmt.Errorf("%s: no source of it: %w", k.Name, err)
	}
	return s, nil
}

// relative is the output's path in the module, as the commands have it.
func (s site) relative() string { return filepath.Join(".build", "peers", filepath.Base(s.output)) }

// reserve waits until no other process builds the same kit: tests of two
// packages may do so at once.
func (s site) reserve(ctx context.Context) (release func(), err error) {
	if err := os.MkdirAll(filepath.Dir(s.output), 0o777); err != nil {
		return nil, err
	}
	// The kernel releases the lock when the process dies, however it dies.
	lock := flock.New(s.output+".lock", flock.SetPermissions(0o666))
	switch _, err := lock.TryLockContext(ctx, 100*time.Millisecond); {
	case ctx.Err() != nil:
		_ = lock.Close()
		return nil, context.Cause(ctx)
	case errors.Is(err, errors.ErrUnsupported): // two builds at once may disturb each other here
		return func() {}, nil
	case err != nil:
		return nil, err
	}
	return func() { _ = lock.Close() }, nil
}
