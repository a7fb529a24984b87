package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
)

// describeIn is how long a client may take to list what it has: an interpreter
// that loads its libraries from a cold disk takes seconds.
const describeIn = 30 * time.Second

// Describe runs a program with --list and reads strictly what it says of
// itself; fields that are unknown here are ignored. command is the program and
// its leading arguments, which are passed on as they are.
func Describe(ctx context.Context, command []string) (Client, error) {
	if len(command) == 0 {
		return Client{}, errors.New("describe a client: no program is named")
	}
	path, err := exec.LookPath(command[0])
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return Client{}, fmt.Errorf("describe a client: %w", err) // names the program
	}
	c := Client{Command: append([]string{path}, command[1:]...)}
	text, err := c.list(ctx)
	if err == nil {
		c.Listing, err = parseListing(text)
	}
	if err != nil {
		return Client{}, fmt.Errorf("%s: %w", strings.Join(append(c.Command, "--list"), " "), err)
	}
	c.Name = c.Client
	return c, nil
}

// list returns what --list prints.
func (c Client) list(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, describeIn, fmt.Errorf("no answer within %v", describeIn))
	defer cancel()
	stdout, stderr := printed(), printed()
	cmd := command(ctx, append(slices.Clone(c.Command), "--list"))
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, exec.ErrWaitDelay):
		return nil, errors.New("it left a child process behind")
	case err != nil && stderr.String() != "":
		return nil, fmt.Errorf("%w: %s", err, oneLine(spell.FirstLine(stderr.String())))
	case err != nil:
		return nil, err
	case stdout.LeftOut() > 0:
		return nil, fmt.Errorf("it prints more than %d MiB", maxOutput>>20)
	}
	return []byte(stdout.String()), nil
}

func parseListing(text []byte) (Listing, error) {
	var l Listing
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&l); err != nil {
		return l, fmt.Errorf("not a JSON object as the contract has it: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return l, errors.New("something follows the JSON object")
	}
	return l, l.check()
}

func (l Listing) check() error {
	switch _, err := bench.ParseClient(string(l.Client)); {
	case l.Client == "":
		return errors.New(`no "client": it has no name`)
	case err != nil:
		return fmt.Errorf("client: %w", err)
	case l.Client == bench.Go:
		return fmt.Errorf("client: %q is the name of this module's own", l.Client)
	case l.Runtime == "":
		return errors.New(`no "runtime": which versions are these?`)
	}
	var codecs, placements []string
	for _, c := range l.Codecs {
		codecs = append(codecs, string(c.Name))
	}
	for _, p := range l.Placements {
		placements = append(placements, string(p.Name))
		if _, err := bench.ParseOrder(string(p.Order)); err != nil {
			return fmt.Errorf("placement %s: order %w", p.Name, err)
		}
	}
	if err := checkWords("codec", codecs); err != nil {
		return err
	}
	return checkWords("placement", placements)
}

// checkWords wants at least one name, each once, and such as can stand in a cell.
func checkWords(what string, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("no %ss", what)
	}
	for i, n := range names {
		if _, err := bench.ParseWord(n); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if slices.Contains(names[:i], n) {
			return fmt.Errorf("%s: %q is there twice", what, n)
		}
	}
	return nil
}
