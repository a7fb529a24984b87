package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
)

// tryVersions runs one op of each cell: a version that does not know a dimension should end
// the run here, and not in the middle of a round. The shorter op of the two versions says
// how many ops make a sample.
func (x *experiment) tryVersions(ctx context.Context) error {
	for _, group := range x.alike() {
		least := time.Duration(0)
		for _, c := range group {
			if c.AA != "" {
				continue
			}
			if over := x.overBudget(); over != "" {
				return fmt.Errorf("%s, before each cell was tried; give it more", over)
			}
			x.doing("trying", displayName(c))
			op, err := x.tryVersion(ctx, c)
			if err != nil {
				return err
			}
			if least == 0 || op < least {
				least = op
			}
		}
		if _, err := x.setOps(group[0], cmp.Or(x.Ops, steadyOps(least, group[0]))); err != nil {
			return err
		}
	}
	return nil
}

func (x *experiment) tryVersion(ctx context.Context, c bench.Cell) (op time.Duration, err error) {
	p, err := x.execute(ctx, func() *process { return x.process(c, 1, "-detail="+filepath.Join(x.scratch, "detail.json")) })
	if killed := (*killedError)(nil); errors.As(err, &killed) {
		return 0, err // which says nothing of the version
	}
	if err == nil {
		op, err = timeOfOp(p.line())
	}
	if err != nil && ctx.Err() == nil {
		says := cmp.Or(telling(p.kept.String()), spell.FirstLine(err.Error()))
		err = &VersionError{x.versionName(c), askedOf(c), says}
	}
	return op, err
}

// versionName returns the version of a cell for messages.
func (x *experiment) versionName(c bench.Cell) string {
	for _, v := range x.versions.all {
		if v.Name == c.Rev {
			return v.String()
		}
	}
	return c.Rev
}

// A VersionError says that a version can't run a cell of the run, as one from before the
// cell's dimension was there. Going on with the run would not help.
type VersionError struct {
	Version string // for people
	Cell    string // without its version
	Says    string // what its program says, a line
}

func (e *VersionError) Error() string {
	if strings.HasPrefix(e.Says, "cell ") {
		return fmt.Sprintf("version %s: %s", e.Version, e.Says)
	}
	return fmt.Sprintf("version %s: cell %q: %s", e.Version, e.Cell, e.Says)
}

// atLine is what package testing puts before a message.
var atLine = regexp.MustCompile(`^\S+_test\.go:[0-9]+: `)

// telling returns the first line that tells why a test binary failed; "" if none does.
func telling(output string) string {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		word, _, _ := strings.Cut(line, " ")
		if line != "" && !slices.Contains([]string{"---", "FAIL", "PASS", "goos:", "goarch:", "pkg:", "cpu:"}, word) {
			return atLine.ReplaceAllString(line, "")
		}
	}
	return ""
}
