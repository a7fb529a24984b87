package draw_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"collatebench/results/report/draw"
)

var update = flag.Bool("update", false, "write the golden files again")

// golden compares with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (-update writes it again):\n%s", path, got)
	}
}

func TestSVG(t *testing.T) {
	for _, e := range examples() {
		// An element a line, to be read in a diff.
		golden(t, e.name+".svg", strings.ReplaceAll(e.scene.SVG(), "><", ">\n<")+"\n")
	}
	golden(t, "draw.css", draw.CSS())
}

func TestSVGIsTheSameEachTime(t *testing.T) {
	for _, e := range examples() {
		for range 20 {
			if a, b := e.scene.SVG(), e.scene.SVG(); a != b {
				t.Fatalf("%s: two texts of one scene:\n%s\n%s", e.name, a, b)
			}
		}
	}
}

var idAttribute = regexp.MustCompile(` id="([^"]*)"`)

func ids(svg string) []string {
	var out []string
	for _, m := range idAttribute.FindAllStringSubmatch(svg, -1) {
		out = append(out, m[1])
	}
	return out
}

// clipped has three ids: of title, description and clip.
func clipped(x float64, id string) draw.Scene {
	return draw.Scene{Width: 10, Height: 10, ID: id, Title: "same", Desc: "same", Shapes: []draw.Shape{
		draw.Clip{X: x, W: 5, H: 5, Shapes: []draw.Shape{draw.Rect{W: 10, H: 10, Fill: "text"}}},
	}}
}

func TestScenesOfOnePageDoNotShareIDs(t *testing.T) {
	a, b := ids(clipped(1, "").SVG()), ids(clipped(2, "").SVG())
	if len(a) != 3 || len(b) != 3 {
		t.Fatalf("ids %q and %q, want three each", a, b)
	}
	for _, id := range a {
		if slices.Contains(b, id) {
			t.Errorf("two scenes that differ by a clip's place share the id %q", id)
		}
	}
}

func TestGivenID(t *testing.T) {
	svg := clipped(1, "my scene)").SVG()
	if got, want := ids(svg), []string{"my-scene--t", "my-scene--d", "my-scene--c1"}; !slices.Equal(got, want) {
		t.Errorf("ids %q, want %q", got, want)
	}
	for _, want := range []string{`aria-labelledby="my-scene--t my-scene--d"`, `url(#my-scene--c1)`} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}

// Each class of a picture is in the style sheet: otherwise it is black in both themes.
func TestCSSHasEachClass(t *testing.T) {
	css := draw.CSS()
	s := table()
	for _, ink := range draw.Inks() {
		s.Shapes = append(s.Shapes, draw.Rect{Fill: ink, Border: ink})
	}
	s.Shapes = append(s.Shapes, draw.Rect{Fill: "unknown", Border: "unknown"})
	svg := s.SVG() + lines().SVG() + timeline().SVG()
	own := []string{"series", "timeline", "zoom", "key"}
	found := 0
	for _, m := range regexp.MustCompile(` class="([^"]*)"`).FindAllStringSubmatch(svg, -1) {
		for _, class := range strings.Fields(m[1]) {
			found++
			if !slices.Contains(own, class) && !regexp.MustCompile(`\.`+class+`[{ ]`).MatchString(css) {
				t.Errorf("no rule for .%s", class)
			}
		}
	}
	if found < 2*len(draw.Inks()) {
		t.Errorf("%d classes found: not the ones of all inks", found)
	}
}
