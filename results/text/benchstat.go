package text

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"collatebench/internal/bounded"
	"collatebench/internal/spell"
)

// Benchstat runs the benchstat command, because no package exports its tables. It takes the
// tool of the enclosing collatebench module, or else the program in PATH.
//
// benchstat exits with 0 even after an error, so its standard error decides: a file or a
// line that could not be read is an error; a cell with too few samples is a doubt, to be
// shown beside the tables.
func Benchstat(ctx context.Context, args ...string) (stdout []byte, doubts string, err error) {
	program, err := findBenchstat(ctx)
	if err != nil {
		return nil, "", err
	}
	return program.output(ctx, "", args...)
}

// benchstat is the path of the program.
type benchstat string

func findBenchstat(ctx context.Context) (benchstat, error) {
	var toolErr error
	if dir, ok := enclosingModule(); ok {
		cmd := exec.CommandContext(ctx, "go", "tool", "-n", "benchstat")
		cmd.Dir = dir
		// This builds the tool and prints its path.
		if out, err := bounded.Output(cmd); err == nil {
			return benchstat(strings.TrimSpace(out)), nil
		} else {
			toolErr = fmt.Errorf("go tool -n benchstat in %s: %w%s", dir, err, firstStderr(err))
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if path, err := exec.LookPath("benchstat"); err == nil {
		return benchstat(path), nil
	}
	const advice = "no benchstat: run this in a clone of collatebench, or go install golang.org/x/perf/cmd/benchstat@latest"
	if toolErr != nil {
		return "", fmt.Errorf("%s (%w)", advice, toolErr)
	}
	return "", errors.New(advice)
}

// enclosingModule finds the source of this program, upwards from the working directory.
func enclosingModule() (dir string, ok bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, regexp.MustCompile(`(?m)^module\s+collatebench\s*$`).Match(text)
		}
		if dir == filepath.Dir(dir) {
			return "", false
		}
		dir = filepath.Dir(dir)
	}
}

// maxTables, bytes: the tables of the largest matrix seen take one hundredth of it.
const maxTables = 16 << 20

// output runs benchstat in a folder, or with "" in the working directory.
func (b benchstat) output(ctx context.Context, dir string, args ...string) (stdout []byte, doubts string, err error) {
	out, errs := &bounded.Buffer{Head: maxTables}, &bounded.Buffer{Head: maxTables}
	cmd := exec.CommandContext(ctx, string(b), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, errs
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, "", ctx.Err()
	}
	if err != nil {
		return nil, "", fmt.Errorf("benchstat: %w: %s", err, spell.FirstLine(errs.String()))
	}
	doubts, err = readStderr(errs.String())
	if err != nil {
		return nil, "", err
	}
	if out.LeftOut()+errs.LeftOut() > 0 {
		return nil, "", fmt.Errorf("benchstat: its tables take more than %d MiB", maxTables>>20)
	}
	return []byte(out.String()), doubts, nil
}

// readStderr divides benchstat's standard error into doubts and an error.
func readStderr(text string) (doubts string, err error) {
	inTable := regexp.MustCompile(`^[A-Z]+[0-9]+: `) // a cell of its CSV
	inFile := regexp.MustCompile(`^.+:[0-9]+: `)     // a line of its input
	var kept []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "benchstat: "):
			return "", errors.New(line)
		// Two runs may disagree on which direction of a unit is better; benchstat
		// does nothing with it.
		case inTable.MatchString(line), strings.Contains(line, ": metadata "):
			kept = append(kept, line)
		case inFile.MatchString(line):
			return "", fmt.Errorf("benchstat: %s", line)
		case line != "":
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n"), nil
}

// firstStderr is the first line of a failed command's standard error, if any.
func firstStderr(err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return ""
	}
	return ": " + spell.FirstLine(string(exit.Stderr))
}
