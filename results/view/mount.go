package view

import (
	"github.com/google/pprof/profile"

	"collatebench/internal/boundedfile"
	"collatebench/profiles"
)

// A mount is one profile of one run, which pprof's interface shows or has as base, or one trace.
type mount struct {
	folder *runFolder
	cell   string // the cell's folder, or matrixCell
	name   string // the cell's name, for people
	kind   profiles.Kind
}

// mount finds the profile that a request names. The cell must be exactly the folder
// of one of the run's cells.
func (s *server) mount(id, cell, kind string) (*mount, error) {
	r, err := s.open(id)
	if err != nil {
		return nil, err
	}
	m, err := r.mount(cell, kind)
	if err != nil {
		r.close()
	}
	return m, err
}

func (f *runFolder) mount(cell, kind string) (*mount, error) {
	k, err := profiles.ParseKind(kind)
	if err != nil || k == profiles.Trace {
		return nil, missing("No profile is of the kind %q; there are %s.", kind, kindList())
	}
	return f.find(cell, k)
}

// find finds the profile, or the trace, of a cell.
func (f *runFolder) find(cell string, k profiles.Kind) (*mount, error) {
	run, err := f.load()
	if err != nil {
		return nil, err
	}
	m := &mount{folder: f, cell: cell, name: "the whole matrix", kind: k}
	if cell == matrixCell {
		if k != profiles.CPU {
			return nil, missing("Of the whole matrix there is only the CPU profile.")
		}
		return m, m.check()
	}
	for _, c := range cellsOf(run.Info()) {
		if c.Folder() == cell {
			m.name = c.Name()
			return m, m.check()
		}
	}
	return nil, missing("Run %s has no cell %q.", f.id, cell)
}

// check returns an error that tells a person why a profile may be missing.
func (m *mount) check() error {
	if _, err := m.folder.regular(m.file()); err != nil {
		return missing("Run %s has no %s of %s: was it made with --profile=none, is it not a cell of the largest window (--profile=all takes each), or is it not that far yet?", m.folder.id, m.what(), m.name)
	}
	return nil
}

// what names what it is, for people.
func (m *mount) what() string {
	if m.kind == profiles.Trace {
		return "trace"
	}
	return string(m.kind) + " profile"
}

func (m *mount) file() string { return profileName(m.cell, m.kind) }

func (m *mount) title() string { return m.name + ", run " + m.folder.id }

func (m *mount) version() string { return m.folder.version(m.file()) }

// read reads the profile, within the bounds of package profiles.
func (m *mount) read() (*profile.Profile, error) {
	data, err := m.data()
	if err != nil {
		return nil, err
	}
	return profiles.Parse(data)
}

// parsedMemory is what read takes, and the copies that pprof makes at first.
func (m *mount) parsedMemory() (int64, error) {
	data, err := m.data()
	if err != nil {
		return 0, err
	}
	n, err := profiles.ParsedBytes(data)
	const copies = 3
	return copies*n + int64(len(data)), err
}

func (m *mount) data() ([]byte, error) {
	return boundedfile.ReadIn(m.folder.dir, m.file(), profiles.MaxBytes)
}
