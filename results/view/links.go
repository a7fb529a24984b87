package view

import (
	"fmt"
	"path/filepath"

	"al.essio.dev/pkg/shellescape"

	"collatebench/profiles"
)

// A profileLink is one profile, to open here or by hand.
type profileLink struct {
	Kind    profiles.Kind
	UI      string // URL of pprof's interface; "" for a trace
	File    string // URL of the file
	Command string // the line for a shell that opens it
}

// A fileLink is one raw file.
type fileLink struct {
	Name, URL, Size string
}

func (r *run) profileLink(cell string, k profiles.Kind) *profileLink {
	name := profileName(cell, k)
	tool, ui := "pprof", uiPath(r.id, cell, string(k))
	if k == profiles.Trace {
		tool, ui = "trace", ""
	}
	return &profileLink{
		Kind: k, UI: ui, File: filePath(r.id, name),
		Command: "go tool " + tool + " " + shellescape.Quote(filepath.Join(r.path, filepath.FromSlash(name))),
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
