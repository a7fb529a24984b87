package view

import (
	"os"
	"slices"
	"sync"
	"time"

	"collatebench/results"
)

// An idList keeps the list of runs until the folder of them changes: to make it takes
// a look into each of them, which is too much for every page where there are thousands.
// A run folder appears by a rename, which changes the time of the folder around it.
type idList struct {
	mu      sync.Mutex
	changed time.Time // when the folder was
	listed  time.Time // when it was listed
	ids     []string
}

// idsKept is how long a list is used at most. A folder that was made by other means
// than a run may get its run.json later, which does not change the folder around it.
const idsKept = 2 * time.Second

// list returns the IDs of the runs below root, the newest first.
func (l *idList) list(root string) ([]string, error) {
	info, err := os.Stat(root)
	if err != nil {
		return results.List(root) // which knows what is no error
	}
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	known := info.ModTime().Equal(l.changed) && l.listed.Sub(l.changed) > mtimeTick && now.Sub(l.listed) < idsKept
	if !known {
		ids, err := results.List(root)
		if err != nil {
			return nil, err
		}
		l.changed, l.listed, l.ids = info.ModTime(), now, ids
	}
	return slices.Clone(l.ids), nil
}
