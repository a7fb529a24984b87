package results

// List returns the IDs of the run folders below root, the newest first; a root
// that is not there has none. That a folder is listed does not mean that [Open]
// can read it.
func List(root string) ([]string, error) { return runIDs(root) }
