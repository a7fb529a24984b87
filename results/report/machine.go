package report

import (
	"fmt"
	"strings"

	"collatebench/bench"
	"collatebench/internal/spell"
)

// A fact is one line about the machine and the software of a run.
type fact struct{ Name, Value string }

func (d document) machine() []fact {
	m := d.info.Machine
	out := []fact{
		{"CPU", m.CPU}, {"cores", m.Usable()}, {"memory", ""}, {"system", m.OS + "/" + m.Arch}, {"kernel", m.Kernel},
		{"Go", d.info.Go}, {"commit", d.info.Commit}, {"started", d.info.Started.UTC().Format("2006-01-02 15:04:05 UTC")},
		{"seed", fmt.Sprint(d.info.Seed)}, {"test binary, SHA-256", d.info.TestBinary}, {"upstream", d.info.Upstream},
	}
	if usable := m.Allowed().Memory; usable > 0 {
		out[2].Value = fmt.Sprintf("%.1f GiB", float64(usable)/(1<<30))
	}
	if p := d.reading.Peers; p != nil {
		for _, c := range p.Clients {
			out = append(out, fact{"client " + string(c.Client), c.Runtime})
		}
		for _, line := range p.LeftOut {
			out = append(out, fact{"left out", line})
		}
	}
	for _, s := range d.info.Scalings {
		out = append(out, fact{"effective cores", effectiveCores(s)})
	}
	known := out[:0]
	for _, f := range out {
		if f.Value != "" {
			known = append(known, f)
		}
	}
	return known
}

// effectiveCores says what a reading of the cores' scaling found, and for which work.
func effectiveCores(s bench.Scaling) string {
	text := spell.Amount(s.EffectiveCores)
	if s.High > 0 {
		text += fmt.Sprintf(" (%s to %s)", spell.Amount(s.Low), spell.Amount(s.High))
	}
	text += " together, one alone being 1"
	var work []string
	for _, part := range []string{string(s.Codec), string(s.Encoding), string(s.Payload)} {
		if part != "" {
			work = append(work, part)
		}
	}
	if len(work) > 0 {
		text += ", decoding " + strings.Join(work, ", ")
	}
	return text + " (measured before the run)"
}
