package draw

import (
	"fmt"
	"strings"
)

// The dash of a stroke, in pixels.
const dashOn, dashOff = 6, 4

// CSS is the style sheet that all SVGs of a page share. It has a property
// --ink-NAME for each ink, and the classes .f-NAME and .s-NAME that fill and stroke
// with it. The inks are light or dark as the reader's system is, unless the root
// element has data-theme="light" or "dark". The page's background must be
// --ink-paper.
func CSS() string {
	var light, dark, classes strings.Builder
	for _, s := range inks {
		fmt.Fprintf(&light, "--ink-%s:%s;", s.ink, s.light)
		fmt.Fprintf(&dark, "--ink-%s:%s;", s.ink, s.dark)
		fmt.Fprintf(&classes, ".f-%[1]s{fill:var(--ink-%[1]s)}.s-%[1]s{stroke:var(--ink-%[1]s)}\n", s.ink)
	}
	return ":root{" + light.String() + "}\n" +
		"@media(prefers-color-scheme:dark){:root:not([data-theme=light]){" + dark.String() + "}}\n" +
		":root[data-theme=dark]{" + dark.String() + "}\n" +
		classes.String() +
		fmt.Sprintf(".draw{font:%dpx %s;fill:var(--ink-text);stroke-linejoin:round;max-width:100%%;height:auto}\n", textSize, fontStack) +
		fmt.Sprintf(".draw .dash{stroke-dasharray:%d %d}\n", dashOn, dashOff) +
		".draw .form{stroke:var(--ink-paper)}\n" +
		".draw .hit{fill:none;pointer-events:all}\n" +
		".draw .mid{text-anchor:middle}.draw .end{text-anchor:end}.draw .bold{font-weight:700}\n"
}

const fontStack = `"Liberation Sans",Arial,Helvetica,sans-serif`
