package peers_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"collatebench/bench/peers"
	"collatebench/internal/raced"
)

// moduleRoot is where the kits' sources are.
func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// TestEveryClientKeepsTheContract builds the clients in other languages and
// checks each. One whose tools are not here is left out, but never in CI.
func TestEveryClientKeepsTheContract(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds clients in other languages, and runs each some hundred times")
	}
	if raced.Enabled {
		t.Skip("the clients are programs of their own, of which the race detector sees nothing: go test without it checks them")
	}
	t.Parallel()
	for _, k := range peers.Kits() {
		t.Run(string(k.Name), func(t *testing.T) {
			t.Parallel() // one is built while another is checked
			c := built(t, k)
			found, err := peers.Check(t.Context(), c, peers.CheckOptions{})
			if err != nil {
				t.Fatal(err)
			}
			bySubject := map[string][]peers.Finding{}
			var subjects []string
			for _, f := range found {
				if bySubject[f.Subject] == nil {
					subjects = append(subjects, f.Subject)
				}
				bySubject[f.Subject] = append(bySubject[f.Subject], f)
			}
			for _, s := range subjects {
				t.Run(s, func(t *testing.T) {
					for _, f := range bySubject[s] {
						if !f.OK {
							t.Error(f)
						}
					}
				})
			}
		})
	}
}

// built builds a kit. Before, it looks into each folder of the source: go test
// repeats a cached result as long as nothing has changed that the test itself
// has looked at, and what the tools read does not count.
func built(t *testing.T, k peers.Kit) peers.Client {
	t.Helper()
	if err := filepath.WalkDir(string(k.Name), func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c, err := k.Build(t.Context(), moduleRoot(t), &log)
	missing := (*peers.MissingError)(nil)
	switch {
	case errors.As(err, &missing) && os.Getenv("CI") == "":
		t.Skip(missing)
	case err != nil:
		t.Fatal(err)
	}
	t.Log(c.Runtime)
	return c
}
