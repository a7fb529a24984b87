// Package text spells runs for a terminal and for Markdown: tables, verdicts and benchstat's
// tables. It makes no numbers: all that it prints is in a reading or comes from benchstat.
//
//	text.WriteVerdict(os.Stdout, verdict.Verdict{
//		Causes:   []verdict.Cause{verdict.Serialised},
//		Sentence: "serialised: window 32, but one goroutine decodes for 98% of the time; 1.06 of 2 cores used.",
//		Interventions: []verdict.Intervention{{
//			Name: "decoding in parallel", Change: "placement=pool", Predicted: 1.57,
//			Measured: verdict.Gain{Mean: 1.66, Low: 1.63, High: 1.69, Pairs: 8},
//		}},
//	})
package text
