package scenarios

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"collatebench/results/verdict"
)

// A Promise is a gain that was predicted before an intervention, beside the gain that
// the intervention gave.
type Promise struct {
	Command   Command       `json:"command"`
	Title     string        `json:"scenario"`
	Seed      uint64        `json:"seed"`
	Kind      Kind          `json:"kind"`
	Change    string        `json:"change"`
	Cause     verdict.Cause `json:"cause,omitempty"` // that the intervention would prove
	Predicted float64       `json:"predicted"`
	Measured  verdict.Gain  `json:"measured"`
	Error     float64       `json:"error"`                // see Off
	HalfWidth float64       `json:"half_width,omitempty"` // see Within; 0 where too few pairs give no interval
}

// A Kind says what became of a promise.
type Kind string

// The kinds.
const (
	OfNamed Kind = "named" // the verdict names its cause
	OfOther Kind = "other" // the verdict names another cause, or none, or the change proves no cause
	OfLink  Kind = "link"  // a change on top of others: of what lies behind the first cause
	OfChain Kind = "chain" // all changes of two causes or more together
	OfForm  Kind = "form"  // of diagnose: the program's mended form
)

// Kinds returns the kinds.
func Kinds() []Kind { return []Kind{OfNamed, OfOther, OfLink, OfChain, OfForm} }

// about says a kind in words.
func (k Kind) about() string {
	return map[Kind]string{
		OfNamed: "of the named cause",
		OfOther: "of another cause, or of none",
		OfLink:  "of a cause behind the first",
		OfChain: "of a chain of causes, in all",
		OfForm:  "of diagnose, by the mended form",
	}[k]
}

// promisesGain, ratio: from here on a promise says that something is to be gained. It
// is the gain that a verdict needs.
const promisesGain = 1.10

// Off is the error of a promise: by how much the larger one of predicted and measured
// is above the smaller, as a share: exp(|log(predicted/measured)|) - 1. Twice the gain
// and half the gain are both off by 1 (100%).
func Off(predicted, measured float64) float64 {
	if predicted <= 0 || measured <= 0 {
		return math.Inf(1)
	}
	return math.Exp(math.Abs(math.Log(predicted/measured))) - 1
}

// Within is half the width of a gain's 95% interval, in the unit of Off: the ends of
// the interval are off by as much from its middle. 0 means that there is no interval.
func Within(g verdict.Gain) float64 {
	if g.Low <= 0 || g.High <= g.Low {
		return 0
	}
	return math.Sqrt(g.High/g.Low) - 1
}

// Promises returns every promise whose intervention was measured, whatever the verdict
// said then. What diagnose predicts is not among them: nothing was measured.
func (m Matrix) Promises() []Promise {
	var out []Promise
	for _, o := range m {
		add := func(kind Kind, change string, cause verdict.Cause, predicted float64, g verdict.Gain) {
			out = append(out, Promise{o.Command, o.Title, o.Seed, kind, change, cause, predicted, g, Off(predicted, g.Mean), Within(g)})
		}
		links := 0
		for _, i := range o.Verdict.Interventions {
			if i.Predicted <= 0 || i.Measured.Pairs == 0 {
				continue
			}
			kind := OfOther
			switch named := slices.Contains(o.Verdict.Causes, i.Cause); {
			case i.OnTopOf != "":
				kind = OfLink
			case named:
				kind = OfNamed
			}
			if i.OnTopOf != "" && !i.Aside && slices.Contains(o.Verdict.Causes, i.Cause) {
				links++
			}
			add(kind, i.Change, i.Cause, i.Predicted, i.Measured)
		}
		if v := o.Verdict; o.Command == Diagnose && v.PredictedGain > 0 && v.MeasuredGain != nil && v.MeasuredGain.Pairs > 0 {
			add(OfForm, "-fixed", "", v.PredictedGain, *v.MeasuredGain)
			continue
		}
		if v := o.Verdict; links > 0 && v.PredictedGain > 0 && v.MeasuredGain != nil && v.MeasuredGain.Pairs > 0 {
			add(OfChain, "all of them", "", v.PredictedGain, *v.MeasuredGain)
		}
	}
	return out
}

// Unmeasured returns how many gains a command predicted without a measurement.
func (m Matrix) Unmeasured(c Command) int {
	n := 0
	for _, o := range m {
		if o.Command == c && o.Verdict.PredictedGain > 0 && o.Verdict.MeasuredGain == nil && len(o.Verdict.Interventions) == 0 {
			n++
		}
	}
	return n
}

// A Spread is the distribution of the errors of some promises.
type Spread struct {
	Of        string  `json:"of"` // which promises
	Promises  int     `json:"promises"`
	Median    float64 `json:"median_error"`      // half of them are off by at most this, in the unit of Off
	P90       float64 `json:"p90_error"`         // nine in ten are
	HalfWidth float64 `json:"median_half_width"` // of the measured intervals, in the same unit; 0 if there are none
}

// Spreads describes the errors of all promises, of those that said that something is
// to be gained, and of each kind. A promise of nothing is easily kept: hence the second.
func Spreads(promises []Promise) []Spread {
	some := func(of string, wanted func(Promise) bool) Spread {
		return newSpread(of, slices.DeleteFunc(slices.Clone(promises), func(p Promise) bool { return !wanted(p) }))
	}
	out := []Spread{
		newSpread("all", promises),
		some(fmt.Sprintf("that promised %.2fx or more", promisesGain), func(p Promise) bool { return p.Predicted >= promisesGain }),
	}
	for _, k := range Kinds() {
		if s := some(k.about(), func(p Promise) bool { return p.Kind == k }); s.Promises > 0 {
			out = append(out, s)
		}
	}
	return out
}

func newSpread(of string, promises []Promise) Spread {
	var errors, widths []float64
	for _, p := range promises {
		errors = append(errors, p.Error)
		if p.HalfWidth > 0 {
			widths = append(widths, p.HalfWidth)
		}
	}
	return Spread{of, len(promises), atMost(errors, .5), atMost(errors, .9), atMost(widths, .5)}
}

// atMost is the smallest of the values that is not below a share of them; 0 of none.
// It is a value that occurred, so that "half of them are at most this" is exact.
func atMost(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))-1e-9))-1)]
}

// worst returns the promises that are off most, at most n.
func worst(promises []Promise, n int) []Promise {
	sorted := slices.SortedStableFunc(slices.Values(promises), func(a, b Promise) int { return cmp.Compare(b.Error, a.Error) })
	return sorted[:min(n, len(sorted))]
}
