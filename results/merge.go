package results

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/internal/wholefile"
)

// A Part is a shard that a merged run was made of.
type Part struct {
	Shard
	Run    string `json:"run"`    // its ID
	Rounds int    `json:"rounds"` // complete ones
	Asked  int    `json:"asked"`
	State  State  `json:"state"`
}

// Merge makes one run folder below root of the shards of one plan, in any order. It has each
// sample of each of them once, and is complete if they are and none is missing; else its record
// says what it lacks. Shards of two plans, programs or sets of bodies, and two of one index, are a
// [*RefError].
func Merge(root, label string, shards []*Run) (*Run, error) {
	if err := CheckLabel(label); err != nil {
		return nil, err
	}
	if len(shards) == 0 {
		return nil, errors.New("merge: no shard")
	}
	shards = slices.Clone(shards)
	for _, s := range shards {
		if s.info.Shard == nil {
			return nil, &RefError{s.info.ID, "it is no shard: bench --shard makes one"}
		}
	}
	slices.SortFunc(shards, func(a, b *Run) int {
		return cmp.Or(cmp.Compare(a.info.Shard.Index, b.info.Shard.Index), cmp.Compare(a.info.ID, b.info.ID))
	})
	for i, s := range shards[1:] {
		first, before := shards[0], shards[i]
		if changed := s.info.PlanDifferences(first.info); len(changed) > 0 {
			return nil, &RefError{s.info.ID, fmt.Sprintf("it is of another plan than %s: %s", first.info.ID, strings.Join(changed, "; "))}
		}
		if s.info.Shard.Index == before.info.Shard.Index {
			return nil, &RefError{s.info.ID, fmt.Sprintf("it is shard %v, as %s is", s.info.Shard, before.info.ID)}
		}
	}
	ledger, parts, err := mergeLedgers(shards)
	if err != nil {
		return nil, err
	}
	return build(root, mergedInfo(label, shards, parts, ledger.of), func(staged string) error {
		if err := ledger.write(filepath.Join(staged, ledgerFile)); err != nil {
			return err
		}
		// The profiles of each cell are taken by the first shard alone.
		return copyFolder(filepath.Join(staged, "profiles"), filepath.Join(shards[0].dir, "profiles"))
	})
}

// PlanDifferences says in what the plan of a shard is another than that of a first one: the
// rounds and cells of all shards of a plan are those of one run.
func (i Info) PlanDifferences(first Info) []string {
	var out []string
	differs := func(what string, a, b any) {
		if x, y := fmt.Sprint(a), fmt.Sprint(b); x != y {
			out = append(out, fmt.Sprintf("%s %s, not %s", what, x, y))
		}
	}
	differs("seed", i.Seed, first.Seed)
	differs("shards", i.Shard.Of, first.Shard.Of)
	differs("rounds", i.Rounds, first.Rounds)
	differs("ops", i.Ops, first.Ops)
	differs("matrix", i.Matrix, first.Matrix)
	if i.TestBinary != first.TestBinary || fmt.Sprint(binaries(i)) != fmt.Sprint(binaries(first)) {
		out = append(out, fmt.Sprintf("the benchmark has the digest %.12s, not %.12s (bench --binary gives all of them one)", i.TestBinary, first.TestBinary))
	}
	if a, b := digests(i), digests(first); a != b {
		out = append(out, "other captured bodies")
	}
	if len(out) == 0 && !slices.Equal(i.Cells, first.Cells) {
		out = append(out, "other cells of the same matrix: procs=all means another number on its machine; --procs N means one everywhere")
	}
	return out
}

func binaries(i Info) (out []string) {
	for _, v := range i.Versions {
		out = append(out, v.Name, v.TestBinary)
	}
	return out
}

func digests(i Info) string {
	var b strings.Builder
	for _, body := range i.Bodies {
		fmt.Fprintln(&b, body.SHA256)
	}
	return b.String()
}

// mergedInfo is the record of the run that is made of shards. It rests on theirs alone.
func mergedInfo(label string, shards []*Run, parts []Part, taken map[string]int) Info {
	info := shards[0].info
	info.Label, info.Shard, info.Merged = label, nil, parts
	info.Command, info.CellOps, info.NoiseFloor, info.Gate = nil, nil, nil, nil
	info.Hosts, info.Outsets = nil, nil
	for _, s := range shards {
		if s.info.Started.Before(info.Started) {
			info.Started = s.info.Started
		}
		if s.info.Ended.After(info.Ended) {
			info.Ended = s.info.Ended
		}
		for _, h := range s.info.Hosts {
			info.Enter(h)
		}
		info.Outsets = append(info.Outsets, s.info.Outsets...)
	}
	slices.SortStableFunc(info.Outsets, func(a, b Outset) int { return a.At.Compare(b.At) })
	info.Machine = mostUsed(info, taken)
	info.State, info.Stopped = Complete, ""
	if lacks := lacking(parts); lacks != "" {
		info.State, info.Stopped = Stopped, lacks
	}
	return info
}

// mostUsed is a machine of the kind that took most samples. What is not said of all machines is said
// of that kind.
func mostUsed(info Info, taken map[string]int) Machine {
	of := map[string]int{}
	for host, n := range taken {
		of[info.Host(host).Machine.Kind()] += n
	}
	best := info.Machine
	for _, h := range info.Hosts { // in the order of their IDs
		a, b := h.Machine.Kind(), best.Kind()
		if of[a] > of[b] || of[a] == of[b] && a < b {
			best = h.Machine
		}
	}
	return best
}

// Lacking says which shards of a plan are missing or not complete yet, by their records; "" if
// none.
func Lacking(shards []*Run) string {
	var parts []Part
	for _, s := range shards {
		if s.info.Shard != nil {
			parts = append(parts, Part{Shard: *s.info.Shard, State: s.info.State})
		}
	}
	if len(parts) == 0 {
		return "no shard"
	}
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.Index, b.Index) })
	return missing(parts, func(p Part) string {
		if p.State == Complete {
			return ""
		}
		return fmt.Sprintf("shard %v is %s", p.Shard, p.State)
	})
}

// lacking says what the shards lack of their plan; "" if nothing.
func lacking(parts []Part) string {
	return missing(parts, func(p Part) string {
		if p.Rounds == p.Asked {
			return ""
		}
		return fmt.Sprintf("shard %v has %d of %s (%s)", p.Shard, p.Rounds, spell.Plural(p.Asked, "round"), p.State)
	})
}

// missing says which shards are not there, and what those that are lack.
func missing(parts []Part, lacks func(Part) string) string {
	var absent, short, out []string
	there := map[int]bool{}
	for _, p := range parts {
		there[p.Index] = true
		if l := lacks(p); l != "" {
			short = append(short, l)
		}
	}
	of := parts[0].Of
	for i := 1; i <= of; i++ {
		if !there[i] {
			absent = append(absent, strconv.Itoa(i))
		}
	}
	if len(absent) > 0 {
		out = append(out, fmt.Sprintf("missing of %s: %s", spell.Plural(of, "shard"), spell.FirstFew(absent)))
	}
	if len(short) > 0 {
		out = append(out, spell.FirstFew(short))
	}
	return strings.Join(out, "; ")
}

// A mergedLedger is the lines of several ledgers, in the order of rounds.
type mergedLedger struct {
	lines []mergedLine
	bytes int64
	of    map[string]int        // samples by the machine that took them
	cells map[string]bench.Cell // that all shards have, by their names
}

// A mergedLine is a sample as its shard wrote it: read and written again, it might be another.
type mergedLine struct {
	round, attempt int
	started        time.Time
	text           []byte
}

func mergeLedgers(shards []*Run) (mergedLedger, []Part, error) {
	l := mergedLedger{of: map[string]int{}, cells: map[string]bench.Cell{}}
	cells, err := shards[0].info.Parse()
	if err != nil {
		return l, nil, err
	}
	for i, c := range cells {
		l.cells[shards[0].info.Cells[i]] = c
	}
	var parts []Part
	for _, s := range shards {
		part, err := l.add(s)
		if err != nil {
			return l, nil, err
		}
		parts = append(parts, part)
	}
	slices.SortStableFunc(l.lines, func(a, b mergedLine) int {
		return cmp.Or(cmp.Compare(a.round, b.round), cmp.Compare(a.attempt, b.attempt), a.started.Compare(b.started), strings.Compare(string(a.text), string(b.text)))
	})
	return l, parts, nil
}

// add adds a shard's lines. A sample of a round that is another shard's is an error.
func (l *mergedLedger) add(s *Run) (Part, error) {
	text, err := s.ReadFile(ledgerFile, MaxLedger)
	if err != nil {
		return Part{}, err
	}
	text = wholeLines(text)
	samples, err := s.parseLedger(text)
	if err != nil {
		return Part{}, err
	}
	for _, sample := range samples {
		end := slices.Index(text, '\n') + 1
		line := text[:end:end]
		text = text[end:]
		c, there := l.cells[sample.Cell]
		if !there {
			return Part{}, fmt.Errorf("run %s: a sample of cell %q, which it has not", s.info.ID, sample.Cell)
		}
		if _, err := sample.ValuesOf(c); err != nil {
			return Part{}, fmt.Errorf("run %s: %w", s.info.ID, err)
		}
		if !s.info.Shard.Has(sample.Round) || sample.Round > s.info.Rounds {
			return Part{}, fmt.Errorf("run %s: it is shard %v, and has a sample of round %d", s.info.ID, s.info.Shard, sample.Round)
		}
		l.lines = append(l.lines, mergedLine{sample.Round, sample.Attempt, sample.Started, line})
		l.bytes += int64(len(line))
		l.of[sample.Host]++
	}
	if l.bytes > MaxLedger || len(l.lines) > maxSamples {
		return Part{}, fmt.Errorf("merge: more than %d samples or %d MiB; that is the most that a run has", maxSamples, MaxLedger>>20)
	}
	p := Part{
		Shard: *s.info.Shard, Run: s.info.ID, State: s.info.State,
		Rounds: len(CompleteRounds(s.info, samples)), Asked: s.info.PlannedRounds(),
	}
	if s.info.State == Complete && (s.info.Budget > 0 || s.info.Precision > 0) {
		p.Asked = p.Rounds // no more were asked for
	}
	return p, nil
}

func (l mergedLedger) write(path string) error {
	f, err := wholefile.Create(path)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 1<<20)
	for _, line := range l.lines {
		b.Write(line.text) // an error stays until Flush
	}
	if err := b.Flush(); err != nil {
		f.Discard()
		return err
	}
	return f.Commit()
}

// copyFolder copies the regular files of a folder, which may not exist.
func copyFolder(to, from string) error {
	if _, err := os.Stat(from); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return os.CopyFS(to, os.DirFS(from))
}
