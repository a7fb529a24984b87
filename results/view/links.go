package view

import (
	"fmt"
	"path/filepath"

	"al.essio.dev/pkg/shellescape"

	"collatebench/profiles"
)

// A profileLink leads to one profile, to open it here or by hand.
type profileLink struct {
	Kind    profiles.Kind
	UI      string // URL of pprof's interface, or of a trace's diagnosis
	Lanes   string // URL of a trace's lanes for Perfetto; "" for a profile
	File    string // URL of the file
	Command string // a shell command that opens it
}

// A fileLink is one raw file.
type fileLink struct {
	Name, URL, Size string
}

func (f *runFolder) profileLink(cell string, k profiles.Kind) *profileLink {
	name := profileName(cell, k)
	tool, ui, lanes := "pprof", uiPath(f.id, cell, string(k)), ""
	if k == profiles.Trace {
		tool, ui, lanes = "trace", diagnosisPath(f.id, cell), perfettoPath(f.id, cell)
	}
	return &profileLink{
		Kind: k, UI: ui, Lanes: lanes, File: filePath(f.id, name),
		Command: "go tool " + tool + " " + shellescape.Quote(filepath.Join(f.path, filepath.FromSlash(name))),
	}
}

func fileLinks(id string, files []file) []fileLink {
	var out []fileLink
	for _, f := range files {
		out = append(out, fileLink{f.name, filePath(id, f.name), bytesText(f.info.Size())})
	}
	return out
}

func bytesText(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}
