package verdict

// An Intervention changes one thing about a cell, or those named. It is planned
// from the evidence, then measured, and then told. As a link of the chain of
// causes it proves its cause; as an aside it shows what no gain can come from.
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
}
