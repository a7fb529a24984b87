package peers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"collatebench/internal/bounded"
	"collatebench/internal/spell"
)

// shownLines is how much of a failed command's output its error has.
const shownLines = 20

// A commandError is a command of a build that failed.
type commandError struct {
	argv   []string
	output string
	err    error
}

func (e *commandError) Error() string {
	return fmt.Sprintf("%s: %v; its last lines:\n%s", strings.Join(e.argv, " "), e.err, spell.Tail(e.output, shownLines))
}

// reason is the last line that the command printed, or how it ended if it printed none.
func (e *commandError) reason() string {
	return cmp.Or(spell.FirstLine(spell.Tail(e.output, 1)), e.err.Error())
}

func (e *commandError) Unwrap() error { return e.err }

// execute runs a command of the build in the module's folder. Its output goes
// to the log, too.
func (s site) execute(ctx context.Context, argv ...string) error {
	output := &bounded.Buffer{Head: maxOutput, Tail: keptBytes, To: s.log}
	cmd := command(ctx, argv)
	cmd.Dir = s.root
	cmd.Stdout, cmd.Stderr = output, output
	err := errors.Join(cmd.Run(), output.Close())
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", strings.Join(argv, " "), context.Cause(ctx))
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // a compiler's cache server may stay
		return nil
	}
	return &commandError{argv, output.String(), err}
}

// ask returns what a command prints: a question about the machine.
func (s site) ask(ctx context.Context, argv ...string) (string, error) {
	stdout, stderr := printed(), printed()
	cmd := command(ctx, argv)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", &commandError{argv, stderr.String(), err}
	}
	return stdout.String(), nil
}

// keptBytes of the end is more than shownLines lines take that are worth reading.
const keptBytes = 16 << 10

// absent says which of these programs is the first that is not in PATH; ""
// where all are.
func absent(programs ...string) string {
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return "no " + p + " in PATH"
		}
	}
	return ""
}

// explain turns a build's error into one of the kit: a *MissingError where the
// tools of the build found that something is missing.
func (k Kit) explain(err error) error {
	if failed := (*commandError)(nil); errors.As(err, &failed) && k.blames != nil {
		if wants := k.blames(failed.output); wants != "" {
			return k.without(wants)
		}
	}
	return fmt.Errorf("%s: build: %w", k.Name, err)
}
