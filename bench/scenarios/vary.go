package scenarios

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Drawn returns the variant of the scenario that a seed draws: the cause is the same,
// but the cell is one on which nothing was tuned. Vary names what may change, as
// NAME=LOW..HIGHUNIT (a whole number between the two, small and large ones equally
// often) or as NAME=A,B,C: "window=24..48 size=384..1024KiB codec=json,cbor". NAME is
// a dimension of the cell, "body", or an argument of the program with its dash.
func (s Scenario) Drawn(seed uint64) (Scenario, error) {
	r := rand.New(rand.NewPCG(seed, s.hash()))
	out := s
	out.Args = slices.Clone(s.Args)
	for text := range strings.FieldsSeq(s.Vary) {
		name, span, ok := strings.Cut(text, "=")
		value, err := draw(span, r)
		if !ok || err != nil {
			return s, fmt.Errorf("scenario %s: %q: not NAME=A,B,C or NAME=LOW..HIGHUNIT", s.Title(), text)
		}
		switch {
		case s.Command != Why:
			out.Args = with(out.Args, name, value)
		case name == "body":
			if out.Body, err = strconv.Atoi(value); err != nil {
				return s, fmt.Errorf("scenario %s: body: %w", s.Title(), err)
			}
		default:
			out.Cell = strings.Join(with(strings.Split(out.Cell, "/"), name, value), "/")
		}
	}
	return out, nil
}

var between = regexp.MustCompile(`^(\d+)\.\.(\d+)([A-Za-z]*)$`)

func draw(span string, r *rand.Rand) (string, error) {
	u := r.Float64() // one number a span, so that a change of one leaves the others
	m := between.FindStringSubmatch(span)
	if m == nil {
		values := strings.Split(span, ",")
		if strings.Contains(span, "..") || slices.Contains(values, "") {
			return "", fmt.Errorf("%q: no span", span)
		}
		return values[int(u*float64(len(values)))], nil
	}
	low, _ := strconv.ParseFloat(m[1], 64) // digits
	high, _ := strconv.ParseFloat(m[2], 64)
	if low < 1 || high <= low {
		return "", fmt.Errorf("%q: an empty span", span)
	}
	// Each whole number has the room from half a number below it to half above.
	from, to := math.Log(low-.5), math.Log(high+.5)
	n := min(high, max(low, math.Round(math.Exp(from+u*(to-from)))))
	return spelled(int(n), m[3]), nil
}

// spelled writes a value as a cell has it: 1024KiB is 1MiB there.
func spelled(n int, unit string) string {
	if unit == "KiB" && n%1024 == 0 {
		n, unit = n/1024, "MiB"
	}
	return strconv.Itoa(n) + unit
}

// with returns the settings with one set anew, at its place or at the end.
func with(settings []string, name, value string) []string {
	for i, s := range settings {
		if strings.HasPrefix(s, name+"=") {
			settings[i] = name + "=" + value
			return settings
		}
	}
	return append(settings, name+"="+value)
}
