package stats

import (
	"fmt"
	"strconv"
	"strings"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
)

// A Difference is something beside the measured code in which two runs differ.
type Difference struct {
	What string `json:"what"` // in the plural: "cores"
	Old  string `json:"old"`
	New  string `json:"new"`
	// Meaningless says that the ratios then say nothing of the code: another machine,
	// another upstream, other bodies, other work in cells of the same name.
	Meaningless bool `json:"meaningless"`
}

func (d Difference) String() string {
	return fmt.Sprintf("the %s differ: %s, then %s", d.What, orUnknown(d.Old), orUnknown(d.New))
}

// Differences lists what differs between two runs beside the measured code. Cells of one
// name agree in all that the name contains; but a name leaves out defaults, so those are
// compared too. The kernel and Go are part of what people compare: they are told, not
// refused.
func Differences(old, new results.Info) []Difference {
	rows := []Difference{
		{"systems", old.Machine.OS + "/" + old.Machine.Arch, new.Machine.OS + "/" + new.Machine.Arch, true},
		{"CPUs", old.Machine.CPU, new.Machine.CPU, true},
		{"cores", old.Machine.Usable(), new.Machine.Usable(), true},
		{"kernels", old.Machine.Kernel, new.Machine.Kernel, false},
		{"versions of Go", old.Go, new.Go, false},
		{"upstreams", upstreamOf(old), upstreamOf(new), true},
		{"bodies", bodiesOf(old), bodiesOf(new), true},
		{"seeds", strconv.FormatUint(old.Seed, 10), strconv.FormatUint(new.Seed, 10), false},
		{"collations asked for in a sample", opsOf(old), opsOf(new), false},
	}
	if a, b := old.Doubts(), new.Doubts(); len(a)+len(b) > 0 {
		rows = append(rows, Difference{"doubts of the runs", doubtsOf(a), doubtsOf(b), false})
	}
	for _, d := range bench.Dimensions() {
		if a, b := old.Defaults[d.Name], new.Defaults[d.Name]; a != "" && b != "" {
			rows = append(rows, Difference{"defaults of " + d.Name + ", which names leave out,", a, b, true})
		}
	}
	out := []Difference{} // an empty list in JSON, not null
	for _, d := range rows {
		if d.Old != d.New {
			out = append(out, d)
		}
	}
	return out
}

func doubtsOf(doubts []string) string {
	if len(doubts) == 0 {
		return "none"
	}
	return strings.Join(doubts, ", ")
}

func upstreamOf(info results.Info) string {
	if info.Upstream == "" {
		return "our own"
	}
	return info.Upstream
}

func bodiesOf(info results.Info) string {
	if len(info.Bodies) == 0 {
		return "made ones"
	}
	var out []string
	for _, b := range info.Bodies {
		out = append(out, fmt.Sprintf("%.8s", b.SHA256))
	}
	return strings.Join(out, " ")
}

func opsOf(info results.Info) string {
	if info.Ops == 0 {
		return "as many as take half a second"
	}
	return strconv.Itoa(info.Ops)
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// Refused is the error of runs whose differences make a comparison meaningless; nil for
// others.
func Refused(all []Difference) error {
	var out []string
	for _, d := range all {
		if d.Meaningless {
			out = append(out, d.String())
		}
	}
	if len(out) == 0 {
		return nil
	}
	return &IncomparableError{"the ratios would say nothing of the code: " + spell.FirstFew(out)}
}
