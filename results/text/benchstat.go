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

	"collatebench"
	"collatebench/internal/bounded"
	"collatebench/internal/spell"
)

// Benchstat runs the benchstat command, because no package exports its tables. It takes the
// version that this program's own go.mod pins, which go builds; without go, the program in
// PATH.
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
	path, toolErr := pinnedBenchstat(ctx)
	if toolErr == nil {
		return benchstat(path), nil
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if path, err := exec.LookPath("benchstat"); err == nil {
		return benchstat(path), nil
	}
	return "", fmt.Errorf("no benchstat: install Go, or go install %s@latest (%w)", benchstatPackage, toolErr)
}

const benchstatPackage = "golang.org/x/perf/cmd/benchstat"

// pinnedBenchstat has go build benchstat, unless it has done so before, and returns its
// path. It does so in a module with nothing but this program's own go.mod and go.sum. It
// does not use the module around the working directory: that may call itself
// collatebench, and its go.mod decides which program is built and run.
func pinnedBenchstat(ctx context.Context) (path string, err error) {
	dir, err := os.MkdirTemp("", "collatebench-tool-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{"go.mod": collatebench.GoMod, "go.sum": collatebench.GoSum} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, "go", "tool", "-n", benchstatPackage)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	out, err := bounded.Output(cmd)
	if err != nil {
		return "", fmt.Errorf("go tool -n %s: %w%s", benchstatPackage, err, firstStderr(err))
	}
	return strings.TrimSpace(out), nil
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
