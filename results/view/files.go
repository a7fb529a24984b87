package view

import (
	"fmt"
	"io/fs"
	"math"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"

	"collatebench/bench"
	"collatebench/internal/boundedfile"
	"collatebench/profiles"
	"collatebench/results"
)

// A file is a raw file of a run.
type file struct {
	name string // in the run folder, with slashes
	info fs.FileInfo
}

// matrixCell takes the place of a cell's folder for the profile of the whole matrix.
// No cell's folder has this name, since it begins with a dimension.
const matrixCell = "all"

// fileNames lists all names that a raw file of the run can have, whether or not the
// file exists. Nothing else is ever served. cells is nil if run.json is broken.
func (f *runFolder) fileNames(cells []bench.Cell) []string {
	out := []string{infoName, ledgerName, "bench.txt", "log.txt"}
	if made, err := boundedfile.ReadDirIn(f.dir, "report", maxDerivedFiles); err == nil {
		for _, e := range made {
			if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") { // hidden files are not yet whole
				out = append(out, "report/"+e.Name())
			}
		}
	}
	out = append(out, profileName(matrixCell, profiles.CPU))
	for _, c := range cells {
		for _, k := range profiles.Kinds() {
			out = append(out, profileName(c.Folder(), k))
		}
	}
	return out
}

// profileName is where a run keeps a profile.
func profileName(cell string, k profiles.Kind) string {
	if cell == matrixCell {
		return path.Join("profiles", results.MergedCPU)
	}
	return path.Join("profiles", cell, k.File())
}

// files lists the raw files that exist. odd is an error for the first name that
// exists and is not a regular file inside the folder.
func (f *runFolder) files(cells []bench.Cell) (there []file, odd error) {
	for _, name := range f.fileNames(cells) {
		info, err := f.regular(name)
		switch {
		case err == nil:
			there = append(there, file{name, info})
		case isThere(err) && odd == nil:
			odd = fmt.Errorf("run %s: %w", f.id, err)
		}
	}
	return there, odd
}

// cellsOf lists the cells of a run.
func cellsOf(info results.Info) []bench.Cell {
	var out []bench.Cell
	for _, name := range info.Cells {
		if c, err := bench.ParseCell(name); err == nil { // results.Open has checked them
			out = append(out, c)
		}
	}
	return out
}

// file sends a raw file as a download. A browser must never show it as a page, which
// could act for this server. A broken run has files too.
func (s *server) file(w http.ResponseWriter, r *http.Request) error {
	folder, err := s.open(r.PathValue("id"))
	if err != nil {
		return err
	}
	defer folder.close()
	var cells []bench.Cell
	if run, err := folder.load(); err == nil {
		cells = cellsOf(run.Info())
	}
	name := r.PathValue("name")
	if !slices.Contains(folder.fileNames(cells), name) {
		return missing("Run %s has no file %q to download.", folder.id, name)
	}
	if _, err := folder.regular(name); err != nil {
		return missing("Run %s: %v.", folder.id, err)
	}
	f, err := boundedfile.OpenIn(folder.dir, name, math.MaxInt64) // it is sent as it is read
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": savedName(folder.id, name)}))
	http.ServeContent(w, r, "", info.ModTime(), f)
	return nil
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".txt", ".json", ".jsonl", ".csv", ".doubts":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

func isTrace(name string) bool { return path.Base(name) == profiles.Trace.File() }

// savedName is a name that no other file of any cell or run has.
func savedName(id, name string) string {
	return id + "_" + strings.ReplaceAll(strings.TrimPrefix(name, "profiles/"), "/", "_")
}
