package draw

import "slices"

// A swatch is a row of the table of inks.
type swatch struct {
	ink         Ink
	light, dark string
}

// inks is the table: roles, the palette, stages, the heat scale, marks.
var inks = slices.Concat(roles[:], palette[:], others[:])

var roles = [...]swatch{
	{"paper", "#ffffff", "#15181c"},
	{"text", "#1c2126", "#e4e7ea"},
	{"muted", "#5c6670", "#9aa4ae"},
	{"grid", "#e1e5e9", "#2e343a"},
	{"roof", "#3d454d", "#c3cad1"},
}

// palette is the inks of series, in the order in which a chart gives them out.
// The first six are named after the placements that have had them from the
// beginning; what has an ink now is for SeriesOf to say.
var palette = [...]swatch{
	{"inline", "#cc2619", "#e46751"},
	{"collector", "#d28102", "#f2b129"},
	{"request", "#2d5680", "#5e88b0"},
	{"pool", "#048b62", "#45c494"},
	{"gated", "#419ccf", "#9edafc"},
	{"stream", "#8944c9", "#b87cf5"},
	{"series7", "#6f6e34", "#b7b76c"},
	{"series8", "#ae547c", "#df9bc2"},
}

var others = [...]swatch{
	{"held-back", "#e9edf1", "#23282d"},
	{"queued", "#c3ccd5", "#3b444f"},
	{"service", "#a9d68f", "#4d6f2f"},
	{"fetching", "#9ac8f8", "#3d6794"},
	{"waiting", "#f19f19", "#eea73b"},
	{"decoding", "#08536b", "#50d6e1"},
	{"stalled", "#73aeb5", "#33838e"},
	{"handed-over", "#d5c9e8", "#5d4d73"},

	{"heat0", "#f2f5f9", "#18212e"},
	{"heat1", "#c4ddf5", "#1c3650"},
	{"heat2", "#97c4f0", "#1c4c72"},
	{"heat3", "#6aabe6", "#1c6494"},
	{"heat4", "#3e92d7", "#247db3"},
	{"heat5", "#0a79c1", "#3a95cf"},
	{"heat6", "#0160a0", "#5aafe6"},
	{"heat7", "#04497e", "#7fc8f9"},
	{"heat8", "#06325c", "#b4dffe"},
	{"heattext0", "#1c2126", "#ffffff"},
	{"heattext1", "#1c2126", "#ffffff"},
	{"heattext2", "#1c2126", "#ffffff"},
	{"heattext3", "#1c2126", "#ffffff"},
	{"heattext4", "#1c2126", "#ffffff"},
	{"heattext5", "#ffffff", "#15181c"},
	{"heattext6", "#ffffff", "#15181c"},
	{"heattext7", "#ffffff", "#15181c"},
	{"heattext8", "#ffffff", "#15181c"},

	{"good", "#107a4f", "#4ad19a"},
	{"bad", "#b4271f", "#fe6e61"},
}
