package verdict

import "slices"

// An Intervention changes one thing about a cell, or those named. It stands in
// the file of its cause, is planned from the evidence, is then measured and then
// told. As a link of the chain of causes it proves its cause; as an aside it shows
// what no gain can come from.
type Intervention struct {
	Name      string  `json:"name"`                // "decoding in parallel"
	Change    string  `json:"change"`              // "placement=pool", as a cell spells it
	Cause     Cause   `json:"cause,omitempty"`     // whose proof it is
	Aside     bool    `json:"aside,omitempty"`     // it proves nothing by itself
	Flat      bool    `json:"flat,omitempty"`      // the proof is that nothing changes
	OnTopOf   string  `json:"on_top_of,omitempty"` // the changes that Before has already
	Before    string  `json:"before,omitempty"`    // the cell that it is an intervention on
	Cell      string  `json:"cell,omitempty"`      // the cell with it
	Predicted float64 `json:"predicted,omitempty"` // gain over Before, from the evidence at the time of planning; 0 where none was predicted
	Measured  Gain    `json:"measured,omitzero"`   // gain over Before; zero until both were measured

	Recipe `json:"-"`
}

// A Recipe is what a plan needs to know of an intervention. It is in the
// catalogue alone, and in no file.
type Recipe struct {
	Edit   Edit
	Needs  Upstream
	Lifts  []string // the known limits that it takes away, by their names in the evidence
	Beside []Cause  // an aside is for a cell in which one of these is observed
}

// An Edit is one change of a cell, as data: who has the cell makes it. One field
// is set.
type Edit struct {
	Set               string  // a setting, as a cell spells it: "conns=none"
	WindowTimes       float64 // a larger or smaller window
	GOGCTimes         int     // a higher GOGC
	Parallel          bool    // decoding in parallel, where one goroutine decodes
	ParallelOtherwise bool    // decoding in parallel in another way than now
}

// Upstream says whose upstream an intervention needs.
type Upstream int

// The upstreams.
const (
	AnyUpstream     Upstream = iota
	OurUpstream              // whose settings the run may change
	AnotherUpstream          // of which only the client's side can be changed
)

// Possible says whether the intervention can be made with the run's upstream,
// which is ours or runs elsewhere.
func (i Intervention) Possible(elsewhere bool) bool {
	return i.Needs == AnyUpstream || (i.Needs == AnotherUpstream) == elsewhere
}

// Wanted says whether a plan has a use for the intervention, from the causes that
// were observed and those that an intervention may be about.
func (i Intervention) Wanted(observed, suspects []Cause) bool {
	switch {
	case i.Aside:
		return slices.ContainsFunc(i.Beside, func(c Cause) bool { return slices.Contains(observed, c) })
	case i.Flat, i.Cause.Healthy():
		// That nothing changes is true of much, and what is left out of a healthy
		// client gains: only what was seen is worth it.
		return slices.Contains(observed, i.Cause)
	}
	return slices.Contains(suspects, i.Cause)
}

// PredictFrom returns the gain that the evidence promises of the intervention; 0
// where it promises nothing.
func (i Intervention) PredictFrom(p Probes) float64 {
	switch times := i.Edit.WindowTimes; {
	case i.Edit.GOGCTimes > 0:
		return p.predictGOGC()
	case i.Flat || i.Cause.Healthy() || i.Aside && times == 0:
		return 0
	default:
		return p.Predict(max(times, 1), i.Lifts...)
	}
}
