package scenarios

// A Report is a matrix with all that follows from it, for programs.
type Report struct {
	Fault      string          `json:"fault,omitempty"` // what is not good enough; "" where all is
	First      map[Grade]int   `json:"first_answers"`   // by grade
	Second     map[Grade]int   `json:"second_answers,omitempty"`
	Unnamed    []string        `json:"never_named,omitempty"`
	Accused    int             `json:"healthy_accused"`
	Errors     []Spread        `json:"prediction_errors"` // of the promises of why
	Unmeasured map[Command]int `json:"predictions_without_measurement,omitempty"`
	Promises   []Promise       `json:"promises"`
	Verdicts   Matrix          `json:"verdicts"`
}

// Report returns the report on the matrix.
func (m Matrix) Report() Report {
	promises := m.Promises()
	r := Report{
		Fault: m.Fault(), First: m.First().grades(), Second: m.Second().grades(), Unnamed: m.Unnamed(),
		Accused: m.accused(), Errors: Spreads(promises), Promises: promises, Verdicts: m,
	}
	if n := m.Unmeasured(Diagnose); n > 0 {
		r.Unmeasured = map[Command]int{Diagnose: n}
	}
	return r
}

func (m Matrix) grades() map[Grade]int {
	if len(m) == 0 {
		return nil
	}
	out := map[Grade]int{}
	for _, g := range Grades() {
		out[g] = m.Count(g)
	}
	return out
}
