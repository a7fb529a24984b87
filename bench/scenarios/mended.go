package scenarios

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"strings"

	"collatebench/internal/bounded"
	"collatebench/results/stats"
	"collatebench/results/verdict"
)

const (
	mendedPairs   = 2   // of a program and its mended form
	mendedSeconds = 1.5 // each
)

// mended measures what a program gains with its cause mended, in pairs that alternate.
func (t *trial) mended(ctx context.Context, s Scenario, seed uint64) (verdict.Gain, error) {
	program, err := t.build(ctx, s)
	if err != nil {
		return verdict.Gain{}, err
	}
	var plain, fixed []float64
	for pair := range mendedPairs {
		for i := range 2 {
			asIs := (pair+i)%2 == 0 // each form comes first as often as the other
			args := append([]string{fmt.Sprintf("-seed=%d", seed), fmt.Sprintf("-seconds=%g", mendedSeconds)}, s.Args...)
			if !asIs {
				args = append(args, "-fixed")
			}
			done, err := t.throughput(ctx, program, args)
			switch {
			case err != nil:
				return verdict.Gain{}, err
			case asIs:
				plain = append(plain, done)
			default:
				fixed = append(fixed, done)
			}
		}
	}
	r, err := stats.NewRatio(fixed, plain)
	if err != nil {
		return verdict.Gain{}, err
	}
	g := verdict.Gain{Mean: r.Mean, Pairs: r.Rounds}
	if !math.IsInf(r.High, 1) {
		g.Low, g.High = r.Low, r.High
	}
	return g, nil
}

// throughput runs a program, and returns what it says at its end: responses a second.
func (t *trial) throughput(ctx context.Context, program string, args []string) (float64, error) {
	text, err := bounded.Combined(exec.CommandContext(ctx, program, args...))
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, strings.TrimSpace(text))
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var said struct{ Responses, Seconds float64 }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &said); err != nil || said.Seconds <= 0 {
		return 0, fmt.Errorf("%s: its last line says no throughput: %q", program, lines[len(lines)-1])
	}
	return said.Responses / said.Seconds, nil
}
