package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"collatebench/bench"
	"collatebench/bench/runner"
	"collatebench/results"
)

// A parsedFlag is a flag with its own parser, whose error says what is allowed.
type parsedFlag[T any] struct {
	to     *T
	parse  func(string) (T, error)
	format func(T) string
	kind   string
}

func (c parsedFlag[T]) String() string {
	if c.to == nil {
		return ""
	}
	return c.format(*c.to)
}

func (c parsedFlag[T]) Set(s string) error {
	v, err := c.parse(s)
	if err == nil {
		*c.to = v
	}
	return err
}

func (c parsedFlag[T]) Type() string { return c.kind }

// matrixFlags are a flag for each dimension that people ask for, in table order.
func matrixFlags(fs *pflag.FlagSet, to *bench.Matrix) {
	for _, d := range bench.Dimensions() {
		if d.Asked() {
			fs.Var(bench.Flag{Matrix: to, Name: d.Name}, d.Name, d.Usage)
		}
	}
}

func countFlag(fs *pflag.FlagSet, to *int, name, usage string) {
	fs.Var(parsedFlag[int]{to, bench.ParseCount, strconv.Itoa, "n"}, name, usage)
}

func opsFlag(fs *pflag.FlagSet, to *int) {
	countFlag(fs, to, "ops", "timed collations in a sample (default as many as take half a second and eight windows of responses)")
}

func seedFlag(fs *pflag.FlagSet, to *uint64, usage string) {
	parse := func(s string) (uint64, error) {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a whole number from 0 to %d", s, uint64(1<<64-1))
		}
		return n, nil
	}
	*to = 1
	fs.Var(parsedFlag[uint64]{to, parse, func(n uint64) string { return strconv.FormatUint(n, 10) }, "n"}, "seed", usage)
}

// percentFlag defines a flag for a share from 0.1% to most, .2 for 20%.
func percentFlag(fs *pflag.FlagSet, to *float64, name string, most float64, usage string) {
	parse := func(s string) (float64, error) {
		number, ok := strings.CutSuffix(s, "%")
		p, err := strconv.ParseFloat(number, 64)
		if !ok || err != nil || !(p >= 0.1 && p <= 100*most) {
			return 0, fmt.Errorf("%q is not a percentage from 0.1%% to %g%%", s, 100*most)
		}
		return p / 100, nil
	}
	format := func(p float64) string {
		if p == 0 {
			return ""
		}
		return strconv.FormatFloat(100*p, 'g', -1, 64) + "%"
	}
	fs.Var(parsedFlag[float64]{to, parse, format, "percent"}, name, usage)
}

func durationFlag(fs *pflag.FlagSet, to *time.Duration, name, usage string) {
	parse := func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return 0, fmt.Errorf("%q is not a duration above zero such as 90s or 3m", s)
		}
		return d, nil
	}
	fs.Var(parsedFlag[time.Duration]{to, parse, formatDuration, "duration"}, name, usage)
}

// secondsFlag takes a bare number too, as --seconds does wherever else it is.
func secondsFlag(fs *pflag.FlagSet, to *time.Duration, usage string) {
	parse := func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if n, bad := strconv.ParseFloat(s, 64); bad == nil {
			d, err = time.Duration(n*float64(time.Second)), nil
		}
		if err != nil || d <= 0 {
			return 0, fmt.Errorf("%q is not a number of seconds above zero, nor a duration such as 90s or 3m", s)
		}
		return d, nil
	}
	fs.Var(parsedFlag[time.Duration]{to, parse, formatDuration, "s"}, "seconds", usage)
}

func formatDuration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// guardFlags are those of every command that starts a run.
func guardFlags(fs *pflag.FlagSet, to *runner.Guard) {
	waitFlag(fs, to)
	fs.BoolVar(&to.Force, "force", false, "run though others use the machine, or another run is on it; the run is marked")
}

func waitFlag(fs *pflag.FlagSet, to *runner.Guard) {
	durationFlag(fs, &to.Wait, "wait", "wait so long for another run on this machine to end, for others to leave it calm, and for --upstream to answer, such as 2m")
}

// guardVariable is the environment variable that turns the guard off, for tests that start
// several runs at once, or names the file of its lock.
const guardVariable = "COLLATEBENCH_GUARD"

// setGuard lets a run look at its machine. The lock is the machine's: other users and other
// clones of the module have the same.
func setGuard(g *runner.Guard) {
	at := os.Getenv(guardVariable)
	if at == "off" {
		return
	}
	g.Look, g.Lock = runner.LookAround, cmp.Or(at, filepath.Join(os.TempDir(), "collatebench.lock"))
}

func labelFlag(fs *pflag.FlagSet, to *string, usage string) {
	parse := func(s string) (string, error) { return s, results.CheckLabel(s) }
	fs.Var(parsedFlag[string]{to, parse, func(s string) string { return s }, "name"}, "label", usage)
}
