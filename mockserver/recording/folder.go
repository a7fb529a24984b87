package recording

import (
	"path/filepath"
)

// The names in a recording's folder.
const (
	harName    = "exchanges.har"
	bodiesName = "bodies"
)

// bodyFile is where a body stands in the folder. HAR's paths have slashes everywhere.
func bodyFile(d Digest) string { return bodiesName + "/" + d.String() }

// local is a path within the folder of the file that names it; false if it leads out of it.
func local(folder, name string) (string, bool) {
	name = filepath.FromSlash(name)
	return filepath.Join(folder, name), filepath.IsLocal(name)
}
