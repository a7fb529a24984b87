package profiles

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// maxSource bounds a source file that pprof's source page shows, in bytes. The largest
// of Go's own has 3 MB.
const maxSource = 4 << 20

// hideFiles removes the names of files that pprof's source page must not open: it opens
// any file that a profile names, waits for a named pipe, and reads to the end of a
// device. A name stays if it is that of a source file, and if all that pprof could find
// under it are regular files. One that leads to no file stays too.
func hideFiles(p *profile.Profile) {
	wd, _ := os.Getwd() // without it pprof finds no relative names either
	known := map[string]string{"": ""}
	for _, f := range p.Function {
		name, ok := known[f.Filename]
		if !ok {
			name = plainName(f.Filename, wd)
			known[f.Filename] = name
		}
		f.Filename = name
	}
}

// plainName is the shortest form of a file's name, or "" if it must not be opened.
func plainName(name, wd string) string {
	short := path.Clean(name)
	for strings.HasPrefix(short, "/proc/self/cwd/") { // as builds with Bazel have; pprof cuts it off
		short = path.Clean(strings.TrimPrefix(short, "/proc/self/cwd/"))
	}
	if !slices.Contains(sourceNames(), path.Ext(short)) || slices.ContainsFunc(candidates(short, wd), isOdd) {
		return ""
	}
	return short
}

// sourceNames are the extensions of files that Go programs are built from.
func sourceNames() []string {
	return []string{".go", ".s", ".c", ".h", ".cc", ".cpp", ".S"}
}

// isOdd reports whether something is at this path that is no regular file of a size that
// is read whole.
func isOdd(path string) bool {
	info, err := os.Stat(path)
	return err == nil && (!info.Mode().IsRegular() || info.Size() > maxSource)
}

// candidates lists the paths at which pprof looks for a source file. If the name of the
// working directory is a part of the file's name, pprof takes what follows it for a
// relative name; and it looks for a relative one in all folders upwards.
func candidates(name, wd string) []string {
	if _, rest, ok := strings.Cut(name, "/"+filepath.Base(wd)+"/"); ok {
		name = rest
	}
	if filepath.IsAbs(name) {
		return []string{name}
	}
	var out []string
	for dir := wd; ; dir = filepath.Dir(dir) {
		out = append(out, filepath.Join(dir, name))
		if dir == filepath.Dir(dir) {
			return out
		}
	}
}
