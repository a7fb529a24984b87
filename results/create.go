package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"collatebench/bench"
	"collatebench/internal/scratch"
	"collatebench/internal/wholefile"
)

// maxLabel, characters, keeps a folder's name well below the limits of file systems.
const maxLabel = 60

// CheckLabel returns an error if a run can't have this label. An empty label is good.
func CheckLabel(label string) error {
	switch {
	case len(label) > maxLabel:
		return fmt.Errorf("label %.20q...: %d characters, at most %d are allowed", label, len(label), maxLabel)
	case !regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)?$`).MatchString(label):
		return fmt.Errorf("label %q: only letters, digits and . _ - are allowed, a letter or digit first", label)
	case label == latestLink:
		return fmt.Errorf("label %q: this is the name of the link to the newest run", label)
	}
	return nil
}

// Create makes a run folder below root, named for its start and its label. The folder
// appears with run.json and an empty ledger in it. If the info is wrong, Create returns
// an error and writes nothing.
func Create(root string, info Info) (*Run, error) {
	if err := CheckLabel(info.Label); err != nil {
		return nil, err
	}
	if _, err := parseCells(info.Cells); err != nil {
		return nil, err
	}
	if info.Started.IsZero() {
		info.Started = time.Now()
	}
	if info.Defaults == nil {
		info.Defaults = defaults()
	}
	return build(root, info, func(staged string) error { return wholefile.Write(filepath.Join(staged, ledgerFile), nil) })
}

// build makes a run folder below root. fill writes the ledger, and what else there is beside
// run.json, into the folder before it appears.
func build(root string, info Info, fill func(staged string) error) (*Run, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return nil, err
	}
	wholefile.SweepFolder(root, untouched)
	around, staged, err := stage(root)
	if err != nil {
		return nil, err
	}
	defer around.Remove()
	if err := fill(staged); err != nil {
		return nil, err
	}
	return publish(root, staged, info)
}

// untouched is for how long nobody has written to a file that a killed process has left, where
// others may write at this moment.
const untouched = time.Minute

// stage makes a folder that is to be renamed into parent once it is whole. What killed
// processes have left of theirs goes first: around has a lock, which tells the two apart.
func stage(parent string) (around *scratch.Folder, staged string, err error) {
	if around, err = scratch.New(parent); err != nil {
		return nil, "", err
	}
	staged = filepath.Join(around.Path, "staged")
	if err := os.Mkdir(staged, 0o777); err != nil {
		around.Remove()
		return nil, "", err
	}
	return around, staged, nil
}

func defaults() map[string]string {
	out := map[string]string{}
	for _, d := range bench.Dimensions() {
		if !d.Core && !d.Hidden && d.Default != "" { // every name has the core dimensions
			out[d.Name] = d.Default
		}
	}
	return out
}

// publish puts run.json into the staged folder, which has the ledger, and gives it the first free
// name.
func publish(root, staged string, info Info) (*Run, error) {
	name := info.Started.Format("20060102-150405")
	if info.Label != "" {
		name += "-" + info.Label
	}
	info.Format, info.ID = format, name
	for n := 2; ; n++ {
		if err := wholefile.WriteJSON(filepath.Join(staged, infoFile), info); err != nil {
			return nil, err
		}
		dir := filepath.Join(root, info.ID)
		// A rename onto a folder that is not empty fails. So two programs that
		// start within one second get two folders.
		err := os.Rename(staged, dir)
		if err == nil {
			wholefile.SyncDir(root)
			return &Run{dir: dir, info: info}, nil
		}
		if _, taken := os.Lstat(dir); taken != nil || errors.Is(err, fs.ErrPermission) {
			return nil, err
		}
		info.ID = name + "-" + strconv.Itoa(n)
	}
}
