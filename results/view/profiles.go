package view

import (
	"net/http"

	"collatebench/profiles"
	"collatebench/results"
	"collatebench/results/report"
)

// A cellProfiles is a row in the page of profiles.
type cellProfiles struct {
	Name, Folder string
	Kinds        []*profileLink // one for each column; nil if there is no such profile
}

// profiles shows which profiles a run has and how to open them, a form to choose a
// base for a diff, and all raw files.
func (s *server) profiles(w http.ResponseWriter, r *http.Request) error {
	folder, err := s.open(r.PathValue("id"))
	if err != nil {
		return err
	}
	defer folder.close()
	if !inFolder(w, r) {
		return nil
	}
	run, err := folder.load()
	if err != nil {
		return err
	}
	base, err := s.chooseBase(folder, r.URL.Query().Get("base"))
	if err != nil {
		return err
	}
	ids, err := s.ids.list(s.root)
	if err != nil {
		return err
	}
	files, _ := folder.files(cellsOf(run.Info()))
	page := report.Page{Title: "Profiles of " + folder.id, Nav: nav(folder.id)}
	s.render(w, http.StatusOK, page, "profiles.html", struct {
		ID, Base, Self, Diff string
		Kinds, Shown         []profiles.Kind
		Cells, BaseCells     []cellProfiles
		Preset               int // of BaseCells
		Runs                 []string
		Files                []fileLink
	}{
		ID: folder.id, Base: base.id, Self: runPath(folder.id, "profiles") + "/", Diff: runPath(folder.id, "diff"),
		Kinds: profiles.Kinds(), Shown: pprofKinds(),
		Cells: folder.profiled(run.Info(), files), BaseCells: base.cells, Preset: preset(folder.id, base),
		Runs: ids, Files: fileLinks(folder.id, files),
	})
	return nil
}

type baseChoice struct {
	id    string
	cells []cellProfiles
}

// preset is the base that the form proposes. In the same run it is the second cell:
// the first cell's profile minus itself is empty.
func preset(id string, base baseChoice) int {
	if base.id == id && len(base.cells) > 1 {
		return 1
	}
	return 0
}

// chooseBase lists the profiles of the run that has the base: the same run, unless
// another is named.
func (s *server) chooseBase(self *runFolder, id string) (baseChoice, error) {
	if id == "" {
		id = self.id
	}
	base, err := s.open(id)
	if err != nil {
		return baseChoice{}, err
	}
	defer base.close()
	run, err := base.load()
	if err != nil {
		return baseChoice{}, err
	}
	files, _ := base.files(cellsOf(run.Info()))
	return baseChoice{id, base.profiled(run.Info(), files)}, nil
}

// profiled lists the cells that have a profile, the whole matrix first.
func (f *runFolder) profiled(info results.Info, files []file) []cellProfiles {
	there := map[string]bool{}
	for _, raw := range files {
		there[raw.name] = true
	}
	rows := []cellProfiles{{Name: "the whole matrix", Folder: matrixCell}}
	for _, c := range cellsOf(info) {
		rows = append(rows, cellProfiles{Name: c.Name(), Folder: c.Folder()})
	}
	var out []cellProfiles
	for _, row := range rows {
		any := false
		for _, k := range profiles.Kinds() {
			var link *profileLink
			if there[profileName(row.Folder, k)] && (row.Folder != matrixCell || k == profiles.CPU) {
				link, any = f.profileLink(row.Folder, k), true
			}
			row.Kinds = append(row.Kinds, link)
		}
		if any {
			out = append(out, row)
		}
	}
	return out
}
