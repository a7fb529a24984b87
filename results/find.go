package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"collatebench/internal/spell"
)

// A RefError says that a reference leads to no run, or to several. It is bad input,
// not a broken run.
type RefError struct {
	Ref    string // a path or a name, as it was given
	Reason string
}

func (e *RefError) Error() string { return fmt.Sprintf("run %q: %s", e.Ref, e.Reason) }

// Find opens the run that ref names: "baseline:NAME", "latest", an ID, a label, the start of an ID or a
// label that only one run has, or the path of a run folder. Anything else is a
// [*RefError] that lists the newest runs.
func Find(root, ref string) (*Run, error) {
	if name, ok := strings.CutPrefix(ref, BaselinePrefix); ok {
		return findBaseline(root, name)
	}
	ids, err := runIDs(root)
	if err != nil {
		return nil, err
	}
	if ref == latestLink {
		if r, err := Open(filepath.Join(root, latestLink)); err == nil {
			return r, nil
		}
		return nil, &RefError{ref, "no run has ended well yet; " + newest(root, ids)}
	}
	if slices.Contains(ids, ref) {
		return Open(filepath.Join(root, ref))
	}
	for _, alike := range []func(string) bool{
		func(id string) bool { return labelOf(id) == ref },
		func(id string) bool { return strings.HasPrefix(id, ref) || strings.HasPrefix(labelOf(id), ref) },
	} {
		switch found := matching(ids, alike); {
		case ref == "" || len(found) == 0:
		case len(found) == 1:
			return Open(filepath.Join(root, found[0]))
		default:
			return nil, &RefError{ref, fmt.Sprintf("%d runs are called so: %s", len(found), spell.FirstFew(found))}
		}
	}
	if ref != "" && isPath(ref) {
		return Open(ref)
	}
	return nil, &RefError{ref, "there is none; " + newest(root, ids)}
}

// isPath says whether ref must be the path of a folder.
func isPath(ref string) bool {
	_, err := os.Stat(ref)
	return err == nil || strings.ContainsRune(ref, filepath.Separator)
}

// runIDs lists the run folders below root, the newest first: an ID begins with the
// run's start.
func runIDs(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		_, err := os.Stat(filepath.Join(root, e.Name(), infoFile))
		if e.IsDir() && err == nil && !strings.HasPrefix(e.Name(), ".") {
			ids = append(ids, e.Name())
		}
	}
	slices.Reverse(ids) // ReadDir sorts
	return ids, nil
}

// Has says whether List has this ID, without listing the others: a folder of 10,000
// runs would be read for each page of one of them.
func Has(root, id string) bool {
	if id == "" || strings.HasPrefix(id, ".") || strings.ContainsAny(id, "/\x00") || !filepath.IsLocal(id) || filepath.Base(id) != id {
		return false
	}
	entry, err := os.Lstat(filepath.Join(root, id)) // List takes no link either
	if err != nil || !entry.IsDir() {
		return false
	}
	_, err = os.Stat(filepath.Join(root, id, infoFile))
	return err == nil
}

// labelOf returns what follows the time in an ID: the label, with a number if the name
// was taken.
func labelOf(id string) string {
	const stamp = len("20060102-150405-")
	if len(id) < stamp {
		return ""
	}
	return id[stamp:]
}

func matching(ids []string, ok func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !ok(id) })
}

func newest(root string, ids []string) string {
	if len(ids) == 0 {
		return "no run is in " + root
	}
	return "the newest in " + root + ": " + spell.FirstFew(ids)
}

// List returns the IDs of the run folders below root, the newest first; none if root
// does not exist. It does not check that [Open] can read them.
func List(root string) ([]string, error) { return runIDs(root) }
