package text_test

import (
	"os"

	"collatebench/results/text"
	"collatebench/results/verdict"
)

func Example() {
	text.WriteVerdict(os.Stdout, verdict.Verdict{
		Causes:   []verdict.Cause{verdict.Serialised},
		Sentence: "serialised: window 32, but one goroutine decodes for 98% of the time; 1.06 of 2 cores used.",
		Interventions: []verdict.Intervention{{
			Name: "decoding in parallel", Change: "placement=pool", Predicted: 1.57,
			Measured: verdict.Gain{Mean: 1.66, Low: 1.63, High: 1.69, Pairs: 8},
		}},
	})
	// Output:
	// intervention           change           predicted   measured
	// decoding in parallel   placement=pool   1.57x       1.66x (1.63-1.69, 8 pairs)
	//
	// serialised: window 32, but one goroutine decodes for 98% of the time; 1.06 of 2 cores used.
}
