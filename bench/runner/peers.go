package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"collatebench/bench"
	"collatebench/internal/spell"
	"collatebench/results"
	"collatebench/results/evidence"
)

// outputDelay is how long a client's children may hold its output open after its
// end. Without a limit a child that never ends would keep the run waiting.
const outputDelay = 2 * time.Second

// Peers compares clients: it takes samples of the given cells in one interleaved
// run, and measures each from outside its process. who lists the clients. Matrix,
// Profile and Precision of the options have no effect.
func Peers(ctx context.Context, o Options, cells []bench.Cell, who evidence.Peers) (*results.Run, error) {
	o.Profile, o.Precision = NoProfiles, 0
	x, err := newExperiment(ctx, o, nil, func(o Options, _ []results.BodyFile) ([]bench.Cell, error) {
		return planPeers(o, cells, who)
	})
	if err != nil {
		return nil, err
	}
	defer x.close()
	x.clients = &who
	return x.begin(ctx, func(info *results.Info) {
		for _, own := range []string{"codec", "placement"} { // each client has its own
			delete(info.Matrix, own)
		}
	}, x.measurePeers)
}

func planPeers(o Options, cells []bench.Cell, who evidence.Peers) ([]bench.Cell, error) {
	if len(cells) == 0 {
		return nil, errors.New("no cell to compare")
	}
	for _, c := range cells {
		if err := possible(c, o); err != nil {
			return nil, err
		}
		if c.Foreign() && !slices.ContainsFunc(who.Clients, func(p evidence.Peer) bool { return p.Client == c.Client && len(p.Command) > 0 }) {
			return nil, fmt.Errorf("cell %q: nobody says how to run the client %s", c.Name(), c.Client)
		}
	}
	return append(slices.Clone(cells), controls(cells)...), nil
}

// measurePeers tries each client out, and then measures as any run does.
func (x *experiment) measurePeers(ctx context.Context) error {
	if err := x.tryOut(ctx); err != nil {
		return err
	}
	return x.measure(ctx)
}

// tryOut runs one op of each placement of each client: a client that does not work
// should stop the run here, not in its third round. The time of that op says how many ops
// make a sample.
func (x *experiment) tryOut(ctx context.Context) error {
	for _, variant := range variants(x.cells) {
		try := widestWindow(variant)
		if over := x.overBudget(); over != "" {
			return errors.New(over + ", before each client was tried; give it more")
		}
		x.doing("trying", displayName(try))
		p, err := x.execute(ctx, func() *process { return x.process(try, 1) })
		if err != nil {
			return err
		}
		op, err := timeOfOp(p.line())
		if err != nil {
			return fmt.Errorf("cell %q: %w:\n%s", try.Name(), err, spell.Excerpt(p.kept.String(), 20))
		}
		if _, err := x.setOps(try, cmp.Or(x.Ops, steadyOps(op, try))); err != nil {
			return err
		}
	}
	return nil
}

// widestWindow is the cell with the largest window: its ops are the shortest, and its
// windows need the most responses.
func widestWindow(cells []bench.Cell) bench.Cell {
	best := cells[0]
	for _, c := range cells {
		if c.Window > best.Window {
			best = c
		}
	}
	return best
}

// variants are the cells that differ in their window alone, A/A controls included.
func variants(cells []bench.Cell) [][]bench.Cell {
	return grouped(cells, func(c bench.Cell) bench.Cell {
		c.Window, c.AA = 0, ""
		return c
	})
}

// grouped puts the cells of one key together, in the order of the first of each.
func grouped(cells []bench.Cell, key func(bench.Cell) bench.Cell) [][]bench.Cell {
	at := map[bench.Cell]int{}
	var out [][]bench.Cell
	for _, c := range cells {
		k := key(c)
		i, there := at[k]
		if !there {
			i = len(out)
			at[k], out = i, append(out, nil)
		}
		out[i] = append(out[i], c)
	}
	return out
}

// orderGroups shuffles groups of cells and, within each, its cells. They stay neighbours:
// they are compared with each other, and the machine's speed drifts less between
// neighbours. Of peers a group is the windows of a client: whether it is serial rests on
// the ratio of the two. Of versions it is the versions of a cell.
func orderGroups(shuffled [][]bench.Cell, r *rand.Rand) []bench.Cell {
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var out []bench.Cell
	for _, g := range shuffled {
		r.Shuffle(len(g), func(i, j int) { g[i], g[j] = g[j], g[i] })
		out = append(out, g...)
	}
	return out
}

// given is the cell's name as another language's client is told it: without
// what concerns only the upstream or the runner, and without what a flag says.
func given(c bench.Cell) string {
	usual := bench.DefaultCell()
	c.Upstream, c.Responses, c.AA = usual.Upstream, usual.Responses, usual.AA
	return c.Benchmark()
}

// renamed is the client's benchmark line under the whole name of its cell.
func renamed(line string, c bench.Cell) string {
	asked := askedOf(c)
	if c.Foreign() {
		asked = given(c)
	}
	if figures, ok := strings.CutPrefix(line, "BenchmarkCollate/"+asked+" "); ok {
		return "BenchmarkCollate/" + c.Benchmark() + " " + figures
	}
	return line
}

// foreignArgs returns the command line of another language's client on a cell.
// Package peers has the contract.
func (x *experiment) foreignArgs(c bench.Cell, upstream string, ops int) []string {
	var command []string
	for _, p := range x.clients.Clients {
		if p.Client == c.Client {
			command = p.Command
		}
	}
	return append(slices.Clone(command), "--upstream", upstream, "--cell", given(c),
		"--responses", strconv.Itoa(c.Responses), "--ops", strconv.Itoa(ops))
}

// checkWork refuses a client that asked for fewer responses than its cell has, or for
// more: it would seem faster or slower than it is.
func (x *experiment) checkWork(c bench.Cell, seen results.External) error {
	want := bench.WarmUp(c.Window) + x.opsOf(c)*c.Responses
	if seen.Responses == float64(want) {
		return nil
	}
	fault := "work was skipped"
	if seen.Responses > float64(want) {
		fault = "the client asks for more than its cell has, or somebody else asks this upstream too"
	}
	return fmt.Errorf("cell %q: the upstream gave %.0f responses, where the warm-up and %d ops take %d: %s",
		c.Name(), seen.Responses, x.opsOf(c), want, fault)
}

// checkClient compares the name that a client prints with the one that was asked for.
func (p *process) checkClient() error {
	if !p.cell.Foreign() {
		return nil
	}
	switch {
	case !p.named:
		return fmt.Errorf("cell %q: its output has no line %q", p.cell.Name(), "client: "+p.cell.Client)
	case p.client != string(p.cell.Client):
		return fmt.Errorf("cell %q: the client calls itself %q", p.cell.Name(), p.client)
	}
	return nil
}
