package bench

import (
	"slices"
	"strconv"
	"strings"

	"collatebench/internal/spell"
	"collatebench/mockserver/behaviour"
	"collatebench/mockserver/payload"
)

// A Dimension is one axis of the experiment. A cell's name, the parser of names,
// the flags, their help, make's variables and the order in tables follow from
// the rows of [Dimensions].
type Dimension struct {
	Name    string
	Usage   string
	Default string // frozen: a cell at its defaults keeps its name for ever
	Matrix  string // comma list of the default matrix; empty means Default alone
	Core    bool   // always part of a name; any other only when off its default
	Hidden  bool   // set by the program, never by a flag
	Suffix  bool   // spelled "-2" at the end of a name, as everywhere in Go
	Config  bool   // a config line of the benchmark format, no part of a line's name, and no flag

	get func(Cell) string
	set func(*Cell, string) error
	all []string // what "all" stands for; nil where it stands for nothing
}

// dimensions is built once: every name that is made or parsed walks it.
var dimensions = table()

// Dimensions returns the table, in the order of names and tables.
func Dimensions() []Dimension { return slices.Clone(dimensions) }

func table() []Dimension {
	client := row("client", "who collates: go, or another language's client under the name that it gives itself",
		func(c *Cell) *ClientName { return &c.Client }, ParseClient, asText).off(string(Go))
	client.Config = true
	rows := []Dimension{
		client, // first: what a codec and a placement may be depends on it
		foreignToo(row("codec", "encoding of the payload: "+strings.Join(codecs(), ", "),
			func(c *Cell) *payload.Codec { return &c.Codec }, payload.ParseCodec, asText).
			core("json", "json").spans(spell.Strings(payload.Codecs())), func(c *Cell, s string) { c.Codec = payload.Codec(s) }),
		foreignToo(row("placement", "who decodes: "+strings.Join(spell.Strings(Placements()), ", "),
			func(c *Cell) *Placement { return &c.Placement }, ParsePlacement, asText).
			core("collector", "inline,collector,request,pool").spans(spell.Strings(Placements())), func(c *Cell, s string) { c.Placement = Placement(s) }),
		row("window", "most requests admitted and not yet collated",
			func(c *Cell) *int { return &c.Window }, ParseCount, strconv.Itoa).core("32", "1,8,32"),
		row("size", "bytes of a payload before compression: 1KiB to 256MiB",
			func(c *Cell) *payload.Size { return &c.Size }, payload.ParseSize, payload.Size.String).core("1MiB", "1MiB"),
		row("encoding", "compression of the body: "+strings.Join(spell.Strings(payload.Encodings()), ", "),
			func(c *Cell) *payload.Encoding { return &c.Encoding }, payload.ParseEncoding, asText).
			off("identity").spans(spell.Strings(payload.Encodings())),
		row("payload", "records (made by the upstream) or captured (the files of --body)",
			func(c *Cell) *payload.Kind { return &c.Payload }, payload.ParseKind, asText).off("records"),
		row("order", "order of the results: completion or request",
			func(c *Cell) *Order { return &c.Order }, ParseOrder, asText).off("completion").spans(spell.Strings(Orders())),
		row("protocol", "http1 or h2c (HTTP/2 without TLS: one connection, read by one loop)",
			func(c *Cell) *Protocol { return &c.Protocol }, ParseProtocol, asText).off("http1").spans(spell.Strings(Protocols())),
		row("responses", "responses in one collation, the benchmark's op",
			func(c *Cell) *int { return &c.Responses }, ParseCount, strconv.Itoa).off("64"),
		row("decode", "on, or off (decoding left out: bodies are read and dropped)",
			func(c *Cell) *Decoding { return &c.Decode }, ParseDecoding, asText).off("on").spans(spell.Strings(Decodings())),
		row("from", "network, or memory (bodies that were fetched before the clock starts)",
			func(c *Cell) *Source { return &c.From }, ParseSource, asText).off("network").spans(spell.Strings(Sources())),
		row("gogc", "GOGC of the client, in percent: "+gcAllowed,
			func(c *Cell) *int { return &c.GOGC }, parseGC, formatGC).off("100"),
		row("conns", "connections to the upstream at most: "+limitAllowed,
			func(c *Cell) *int { return &c.Conns }, parseLimit, formatLimit).off("none"),
		row("fetches", "requests sent and not yet read whole at most: "+limitAllowed,
			func(c *Cell) *int { return &c.Fetches }, parseLimit, formatLimit).off("none"),
		row("workers", "decodes at a time, in "+strings.Join(limitedPlacements(), " and ")+" alone: "+limitAllowed+"; none means one a core",
			func(c *Cell) *int { return &c.Workers }, parseLimit, formatLimit).off("none"),
		row("virtual-cores", "cores on which decoding is simulated, without work: "+virtualAllowed,
			func(c *Cell) *VirtualCores { return &c.VirtualCores }, ParseVirtualCores, VirtualCores.String).off("none"),
	}
	for _, k := range behaviour.Knobs() {
		rows = append(rows, upstreamRow(k))
	}
	with := row("with", "how a person's own program was varied: "+AsIs+", or a name and a value",
		func(c *Cell) *string { return &c.With }, ParseVariation, asText[string]).off(AsIs)
	with.Hidden = true
	rows = append(rows, with)
	rev := row("rev", "version of the benchmark, in a run that compares versions",
		func(c *Cell) *string { return &c.Rev }, parseRev, asText[string]).off("")
	rev.Config = true
	aa := row("aa", "b: the same cell again, for the noise floor",
		func(c *Cell) *string { return &c.AA }, parseAA, asText[string]).off("")
	aa.Hidden = true
	procs := row("procs", "GOMAXPROCS of the client; all means every core that it may use",
		func(c *Cell) *int { return &c.Procs }, parseProcs, strconv.Itoa).core("all", "1,all")
	procs.Suffix = true
	return append(rows, rev, aa, procs)
}

// upstreamRow makes a knob of the upstream a dimension like any other. Without
// a delay a window hardly matters, so the default cell has one.
func upstreamRow(k behaviour.Knob) Dimension {
	d := Dimension{
		Name: k.Name, Usage: k.Usage + ": " + k.Allowed, Default: k.Get(behaviour.Spec{}),
		get: func(c Cell) string { return k.Get(c.Upstream) },
		set: func(c *Cell, s string) error { return k.Set(&c.Upstream, s) },
	}
	switch k.Name {
	case "latency":
		d.Default = "10ms"
	case "faults":
		d.Usage += "; the first one fails its op, and with it the run"
	}
	return d
}

// codecs are the names, each with what it leaves open.
func codecs() []string {
	var out []string
	for _, c := range payload.Codecs() {
		name := string(c)
		if about := c.About(); about != "" {
			name += " (" + about + ")"
		}
		out = append(out, name)
	}
	return out
}

func row[T any](name, usage string, field func(*Cell) *T, parse func(string) (T, error), format func(T) string) Dimension {
	return Dimension{
		Name: name, Usage: usage,
		get: func(c Cell) string { return format(*field(&c)) },
		set: func(c *Cell, s string) error {
			v, err := parse(s)
			if err == nil {
				*field(c) = v
			}
			return err
		},
	}
}

// named says that the dimension is part of the cell's name at its default too.
func (d Dimension) named(c Cell) bool {
	if c.IsOwn() {
		return d.Name == "with"
	}
	return d.Core
}

// core makes a row a part of every name.
func (d Dimension) core(fallback, matrix string) Dimension {
	d.Core, d.Default, d.Matrix = true, fallback, matrix
	return d
}

// off makes a row a part of a name only where it is off its default.
func (d Dimension) off(fallback string) Dimension {
	d.Default = fallback
	return d
}

// spans says what "all" stands for.
func (d Dimension) spans(all []string) Dimension {
	d.all = all
	return d
}

// Asked says that people ask for the dimension, by a flag of its name.
func (d Dimension) Asked() bool { return !d.Hidden && !d.Config }

// Of returns the cell's value on this dimension, in its one spelling.
func (d Dimension) Of(c Cell) string { return d.get(c) }

// MatrixValues returns the comma list that the default matrix has here.
func (d Dimension) MatrixValues() string {
	if d.Matrix != "" {
		return d.Matrix
	}
	return d.Default
}

// values splits a comma list into canonical values, each once.
func (d Dimension) values(list string) ([]string, error) {
	var out []string
	fields := strings.Split(list, ",")
	if list == "all" && d.all != nil {
		fields = d.all
	}
	for _, f := range fields {
		c := Cell{}
		if err := d.set(&c, strings.TrimSpace(f)); err != nil {
			return nil, err
		}
		if v := d.get(c); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out, nil
}

func dimension(name string) (Dimension, bool) {
	for _, d := range dimensions {
		if d.Name == name {
			return d, true
		}
	}
	return Dimension{}, false
}

func dimensionNames() string {
	var out []string
	for _, d := range dimensions {
		if !d.Hidden {
			out = append(out, d.Name)
		}
	}
	return strings.Join(out, ", ")
}
