package draw_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"collatebench/results/report/draw"
)

var look = flag.String("look", "", "write the example scenes into this `folder`, to look at")

// TestLook is a tool rather than a test: go test -run Look -look DIR, then open
// the files. No assertion finds an ugly picture.
func TestLook(t *testing.T) {
	if *look == "" {
		t.Skip("no -look")
	}
	for _, theme := range []string{"light", "dark"} {
		page := `<!doctype html><html data-theme=` + theme + `><meta charset=utf-8><style>` + draw.CSS() + `body{background:var(--ink-paper)}svg{display:block;margin:12px}</style>`
		for _, e := range examples() {
			page += e.scene.SVG()
			f, err := os.Create(filepath.Join(*look, e.name+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if err := e.scene.PNG(f); err != nil {
				t.Error(err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := os.WriteFile(filepath.Join(*look, theme+".html"), []byte(page), 0o666); err != nil {
			t.Error(err)
		}
	}
}
