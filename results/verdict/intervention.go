package verdict

import "slices"

// An Intervention is a change of a cell that tests a cause. It stands in the file
// of its cause, is planned from the evidence, and is then measured. As a link of
// the chain of causes it proves its cause; as an aside it shows where no gain can
// come from.
type Intervention struct {
	Name      string  `json:"name"`                // "decoding in parallel"
	Change    string  `json:"change"`              // "placement=pool", as a cell spells it
	Cause     Cause   `json:"cause,omitempty"`     // that it proves
	Aside     bool    `json:"aside,omitempty"`     // it proves no cause
	Flat      bool    `json:"flat,omitempty"`      // it proves its cause by changing nothing
	OnTopOf   string  `json:"on_top_of,omitempty"` // the changes that Before already has
	Before    string  `json:"before,omitempty"`    // the cell that it changes
	Cell      string  `json:"cell,omitempty"`      // the changed cell
	Predicted float64 `json:"predicted,omitempty"` // gain over Before, from the evidence at the time of planning; 0 if none was predicted
	Measured  Gain    `json:"measured,omitzero"`   // gain over Before; zero until both cells were measured

	Recipe `json:"-"`
}

// A Recipe is what a plan needs to know of an intervention. Only the catalogue has
// it; it is not written to files.
type Recipe struct {
	Edit   Edit
	Needs  Upstream
	Lifts  []string // the limits that it removes, by [Limit.Name]
	Beside []Cause  // of an aside: it is planned where one of these causes is observed
}

// An Edit is one change of a cell, as data; the caller, who has the cell, applies
// it. Exactly one field is set.
type Edit struct {
	Set               string  // a setting, as a cell spells it: "conns=none"
	WindowTimes       float64 // what the window is multiplied by
	GOGCTimes         int     // what GOGC is multiplied by
	Parallel          bool    // decoding in parallel, where one goroutine decodes
	ParallelOtherwise bool    // decoding in parallel in a different way
}

// Upstream says whose upstream an intervention needs.
type Upstream int

// The upstreams.
const (
	AnyUpstream     Upstream = iota
	OurUpstream              // the run may change its settings
	AnotherUpstream          // only the client can be changed
)

// Possible says whether the intervention can be made with the run's upstream:
// ours, or one that runs elsewhere.
func (i Intervention) Possible(elsewhere bool) bool {
	return i.Needs == AnyUpstream || (i.Needs == AnotherUpstream) == elsewhere
}

// Wanted says whether a plan should contain the intervention, given the causes that
// were observed and the causes that are suspected ([Suspects]).
func (i Intervention) Wanted(observed, suspects []Cause) bool {
	switch {
	case i.Aside:
		return slices.ContainsFunc(i.Beside, func(c Cause) bool { return slices.Contains(observed, c) })
	case i.Flat, i.Cause.Healthy():
		// Many interventions change nothing, and leaving work out of a healthy client
		// always gains. So these prove something only if the cause was observed.
		return slices.Contains(observed, i.Cause)
	}
	return slices.Contains(suspects, i.Cause)
}

// PredictFrom predicts the intervention's gain from the evidence; 0 means no
// prediction.
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
