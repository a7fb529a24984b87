// Package verdict says which cause holds a client back: evidence in, verdict out:
//
//	v := verdict.Observe(verdict.Probes{
//		Window: 32, Cores: 2, Allowed: 2, CPUs: 1.06, Throughput: 105, Busy: .97, Overlap: 1,
//		Response: .24, Headers: .012, DecodeWait: .21, Decode: .0092, // seconds
//	})
//	fmt.Println(v.Causes)
//	fmt.Println(v.Sentence)
//
// The evidence is plain numbers: those of a client's probes and of its upstream's
// statistics ([Probes]), of an execution trace ([Trace]), of a running process ([Process]),
// or of a client at two windows ([External]). A cause is one file: its rules for each kind of
// evidence, its thresholds with their reasons, its sentences, its interventions. The
// rules are asked in the orders of causes.go. The package does not know how evidence is
// taken or where verdicts are kept, and does no I/O.
package verdict

// A Cause is a reason why a window does not pay. Each cause has a file.
type Cause string

// A Verdict is what the evidence says. It may have no cause: Missing then says what
// would be needed.
type Verdict struct {
	// Subject is what was judged: a cell's name, a trace's file or address.
	Subject string `json:"subject,omitempty"`
	// Causes in the order in which to fix them; empty, not nil, if there is none.
	Causes []Cause `json:"causes"`
	// Sentence is for people: at most six lines. The first begins with the causes.
	Sentence string `json:"sentence"`
	// Simulated means that the cores were simulated; gains hold for such a machine.
	Simulated bool `json:"simulated,omitempty"`
	// PredictedGain is the predicted throughput with the causes fixed over the
	// observed one; 0 if none is predicted. [Observe] and [JudgeTrace] predict for the
	// first cause, [Prove] for the chain.
	PredictedGain float64 `json:"predicted_gain,omitempty"`
	// MeasuredGain is what the proven interventions gave together; nil if there is none.
	MeasuredGain *Gain `json:"measured_gain,omitempty"`
	// Assumptions of the predicted gain.
	Assumptions []string `json:"assumptions,omitempty"`

	Evidence      []Figure       `json:"evidence"`
	Interventions []Intervention `json:"interventions,omitempty"`
	RuledOut      []RuledOut     `json:"ruled_out,omitempty"`
	Missing       []string       `json:"missing,omitempty"`
	Uncertain     []string       `json:"uncertain,omitempty"`
}

// A Figure is one number of the evidence.
type Figure struct {
	Name  string  `json:"name"` // as the benchmark line or the report spells it
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // s, cores, requests, share, responses/s, ...
	Doc   string  `json:"doc"`  // its meaning, in a few words
}

// A RuledOut names a figure that speaks against a cause.
type RuledOut struct {
	Cause   Cause  `json:"cause"`
	Because string `json:"because"` // "it held 0.03 of 32 requests"
}

// A Gain is a measured ratio of throughputs with its 95% interval. The zero Gain has
// not been measured.
type Gain struct {
	Mean  float64 `json:"mean"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"` // 0, as Low, if there are too few pairs for an interval
	Pairs int     `json:"pairs"`
}
