package results

import (
	"path/filepath"
	"strings"
)

// Repeat is the command line that makes such a run again, as a shell takes it;
// "" where run.json does not tell. The program is named without its path,
// since it may have moved.
func (i Info) Repeat() string {
	if len(i.Command) == 0 {
		return ""
	}
	args := append([]string{filepath.Base(i.Command[0])}, i.Command[1:]...)
	if strings.HasSuffix(args[0], ".test") || strings.HasSuffix(args[0], ".exe") {
		args[0] = "collatebench"
	}
	return quoted(args)
}
