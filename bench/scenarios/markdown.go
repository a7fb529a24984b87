package scenarios

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/verdict"
)

// A Setting is where and when a matrix was made.
type Setting struct {
	Machine results.Machine
	Go      string // version
	On      time.Time
}

// ThisSetting returns that of this process, now.
func ThisSetting() Setting {
	return Setting{results.ThisMachine(), strings.TrimPrefix(runtime.Version(), "go"), time.Now()}
}

// The blocks that a Markdown file may have: all that is written between a line
// <!-- verdicts: NAME --> and the line <!-- end of verdicts --> is the program's.
const (
	tableBlock    = "the table"
	sentenceBlock = "in a sentence"
	endOfBlock    = "<!-- end of verdicts -->"
)

func beginOfBlock(name string) string { return "<!-- verdicts: " + name + " -->" }

// HasBlock says whether [Matrix.Markdown] would find something to write in a file's
// text. The error says what is missing.
func HasBlock(text string) error {
	_, err := replaceBlocks(text, func(string) string { return "" })
	return err
}

// Markdown returns a file's text with its blocks written anew: the table, or all in a
// sentence. So nobody copies figures by hand.
func (m Matrix) Markdown(text string, s Setting) (string, error) {
	return replaceBlocks(text, func(name string) string {
		if name == tableBlock {
			return m.table(s)
		}
		return m.sentence(s)
	})
}

func replaceBlocks(text string, with func(name string) string) (string, error) {
	found := false
	for _, name := range []string{tableBlock, sentenceBlock} {
		before, rest, ok := strings.Cut(text, beginOfBlock(name)+"\n")
		if !ok {
			continue
		}
		_, after, ended := strings.Cut(rest, endOfBlock)
		if !ended {
			return "", fmt.Errorf("no line %q after %q", endOfBlock, beginOfBlock(name))
		}
		text, found = before+beginOfBlock(name)+"\n"+with(name)+endOfBlock+after, true
	}
	if !found {
		return "", fmt.Errorf("no line %q or %q", beginOfBlock(tableBlock), beginOfBlock(sentenceBlock))
	}
	return text, nil
}

// sentence says what the run came to.
func (m Matrix) sentence(s Setting) string {
	first := m.First()
	text := fmt.Sprintf("The last whole run (%s; %s) asked %s: %s.", m.seeds(), s, spell.Plural(len(first), "question"), first.tally())
	if second := m.Second(); len(second) > 0 {
		text += fmt.Sprintf(" Asked again, the %d without a verdict gave: %s.", len(second), second.tally())
	}
	if promises := m.Promises(); len(promises) > 0 {
		all := Spreads(promises)[0]
		text += fmt.Sprintf(" Of %d predicted gains half were off by at most %s and nine in ten by at most %s; the measured gains are ± %s.",
			all.Promises, percent(all.Median), percent(all.P90), all.width())
	}
	return text + "\n"
}

// String says where and when: "on 26 November 2026, 2 cores of ...; Go 1.26".
func (s Setting) String() string {
	model := ""
	if s.Machine.CPU != "" {
		model = " of " + s.Machine.CPU
	}
	return fmt.Sprintf("on %s, %s%s, Go %s", s.On.Format("2 January 2006"), spell.Plural(s.Machine.Cores, "core"), model, s.Go)
}

func (m Matrix) seeds() string {
	var seeds []string
	for _, o := range m.First() {
		if text := fmt.Sprint(o.Seed); !slices.Contains(seeds, text) {
			seeds = append(seeds, text)
		}
	}
	if len(seeds) == 1 {
		return "seed " + seeds[0]
	}
	return "seeds " + strings.Join(seeds, ", ")
}

func (m Matrix) table(s Setting) string {
	var b strings.Builder
	first, seconds := m.First(), 0.0
	for _, o := range m {
		seconds += o.Seconds
	}
	fmt.Fprintf(&b, "The last whole run: %s, %s, %.0f minutes. Of %s: %s; %d of the healthy accused.\n",
		m.seeds(), s, seconds/60, spell.Plural(len(first), "first answer"), first.tally(), m.accused())
	if drawn := first.where(Outcome.Drawn); len(drawn) > 0 {
		fmt.Fprintf(&b, "Of the %d that a seed drew: %s.\n", len(drawn), drawn.tally())
	}
	if second := m.Second(); len(second) > 0 {
		fmt.Fprintf(&b, "Asked again with another seed, the %d without a verdict gave: %s. The table has the first answers.\n", len(second), second.tally())
	}
	if fault := m.Fault(); fault != "" {
		fmt.Fprintf(&b, "The run failed: %s.\n", fault)
	}
	m.causes(&b)
	m.promiseTables(&b)
	m.notRight(&b)
	return b.String()
}

// causes is the table of the first answers by their truth.
func (m Matrix) causes(b *strings.Builder) {
	first := m.First()
	fmt.Fprintf(b, "\n| true cause | `why` named it | `diagnose` named it | `diagnose --pid` named it | `why --` named it | in part | no verdict | another cause | error |\n")
	fmt.Fprintf(b, "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, truth := range first.labels(func(o Outcome) string { return label(o.Truth) }) {
		these := first.where(func(o Outcome) bool { return label(o.Truth) == truth })
		of := func(c Command) string {
			asked := these.where(func(o Outcome) bool { return o.Command == c })
			if len(asked) == 0 {
				return ""
			}
			return fmt.Sprintf("%d of %d", asked.Count(Right), len(asked))
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %d | %d | %d | %d |\n", marked(these[0].Truth), of(Why), of(Diagnose), of(Process), of(WhyProgram),
			these.Count(Partial), these.Count(None), these.Count(Wrong), these.Count(Failed))
	}
}

// marked spells causes as code: `serialised`, then `network-bound`.
func marked(causes []verdict.Cause) string {
	return "`" + strings.Join(spell.Strings(causes), "`, then `") + "`"
}

func (m Matrix) promiseTables(b *strings.Builder) {
	promises := m.Promises()
	if len(promises) == 0 {
		return
	}
	fmt.Fprintf(b, "\n| gains that were predicted | number | half are off by at most | nine in ten by at most | the measured gains are ± |\n")
	fmt.Fprintf(b, "| --- | --- | --- | --- | --- |\n")
	for _, s := range Spreads(promises) {
		fmt.Fprintf(b, "| %s | %d | %s | %s | %s |\n", s.Of, s.Promises, percent(s.Median), percent(s.P90), s.width())
	}
	if n := m.Unmeasured(Diagnose); n > 0 {
		fmt.Fprintf(b, "\nOf `diagnose`, %s without a mended form that was measured: not counted.\n", spell.Plural(n, "gain"))
	}
	fmt.Fprintf(b, "\n| the worst | change | predicted | measured | off by | ± |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, p := range worst(promises, shownWorst/2) {
		fmt.Fprintf(b, "| `%s`, seed %d | %s | %.2fx | %v | %s | %s |\n", p.Title, p.Seed, p.Change, p.Predicted, p.Measured, percent(p.Error), p.width())
	}
}

// notRight lists the answers that are not right, and all second ones.
func (m Matrix) notRight(b *strings.Builder) {
	lead := "\nNot right, or asked again:\n\n"
	for _, o := range m {
		if g := o.Grade(); g != Right || o.Again {
			fmt.Fprintf(b, "%s- %s%s: %s `%s`, seed %d, which is %s: %s\n", lead, g, o.whenAsked(),
				o.Command, o.Title, o.Seed, marked(o.Truth), spell.FirstLine(o.explained()))
			lead = ""
		}
	}
}
