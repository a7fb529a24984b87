package verdict

import "fmt"

// External is the evidence of a client that reports nothing itself: the CPU time
// of its process and its children, and what its upstream saw. It is taken at a
// window and at twice that window, in rounds.
type External struct {
	Workers int // threads or processes that the client was started with
	Cores   int // of the machine
	Window  int // the smaller of the two, which the verdict is about

	Blind       bool    // this system does not show the CPU time of other processes
	CPUs        float64 // cores that the client used, from its first request to its end
	CPUsDoubled float64 // the same at twice the window
	Upstream    float64 // cores that the upstream used meanwhile; 0 if it runs elsewhere
	Others      float64 // cores that other processes used meanwhile
	Queued      float64 // requests that waited in the upstream's queue, mean
	InFlight    float64 // requests at the upstream, mean
	Growth      Gain    // responses a second at twice the window over those at the window
}

// ObserveExternal says whether a client is serial. A client is serial if it uses
// about one core although more are available, no requests queue at the upstream,
// and twice the window gains nothing.
func ObserveExternal(e External) Verdict {
	v := Verdict{Causes: []Cause{}, Evidence: e.figures()}
	if missing := e.missing(); missing != "" {
		v.Missing = []string{missing}
		v.Sentence = "no verdict: missing " + missing + "."
		return v
	}
	var says string
	v.Causes, says = e.firstCause()
	if e.Growth.Low < grows && e.Growth.High > grows && e.CPUs <= oneCore && e.Growth.Pairs > 1 {
		v.Uncertain = []string{fmt.Sprintf("whether twice the window gains: %s, and %.1f decides; more rounds would tell", e.Growth, grows)}
	}
	if len(v.Causes) == 0 {
		v.Missing = []string{"a sign: " + e.summary()}
		v.Sentence = "no verdict: not serial, and no limit reached: " + e.summary() + "."
		return v
	}
	v.Sentence = causeList(v.Causes) + ": " + says
	return v
}

// An externalRule is a cause's row for [External]. It may assume that the rules
// before it do not hold.
type externalRule struct {
	cause    Cause
	holds    func(External) bool
	sentence func(External) string
}

// firstCause returns the first cause whose rule holds, and its sentence.
func (e External) firstCause() (causes []Cause, says string) {
	for _, r := range externalRules {
		if r.holds(e) {
			return []Cause{r.cause}, r.sentence(e)
		}
	}
	return nil, ""
}

// missing says what evidence a verdict would need.
func (e External) missing() string {
	switch {
	case min(e.Workers, e.Cores) < 2:
		return "a second worker and a core for it: with one of either every client is serial"
	case e.Growth.Pairs == 0:
		return "samples at twice the window"
	case e.Blind:
		return "the CPU time of other processes, which takes Linux's /proc"
	case e.Others >= disturbed*float64(e.Cores):
		return fmt.Sprintf("a quiet machine: other processes used %.2f of %d cores", e.Others, e.Cores)
	case e.available() < minCoresLeft:
		return fmt.Sprintf("cores to tell one from two: upstream and others left %.2f", e.available())
	}
	return ""
}

// growth is the throughput at twice the window over that at the window, but at
// most the growth in cores used. More throughput from the same CPU time means that
// the machine became faster between two samples; that must not clear a serial
// client.
func (e External) growth() float64 {
	return min(e.Growth.Mean, e.CPUsDoubled/max(e.CPUs, 1e-9))
}

// available is how many cores the client could have used.
func (e External) available() float64 {
	return max(.1, min(float64(e.Workers), float64(e.Cores)-e.Upstream-e.Others))
}

// summary spells the figures that decide.
func (e External) summary() string {
	return fmt.Sprintf("%.2f of %.2f cores used by %d workers, throughput %s at twice the window", e.CPUs, e.available(), e.Workers, e.Growth)
}

func (e External) figures() []Figure {
	return []Figure{
		{"workers", float64(e.Workers), "threads or processes", "that the client was told to use"},
		{"window", float64(e.Window), "requests", "admitted and not collated, at most"},
		{"cpus", e.CPUs, "cores", "used by the client and its children, from its first request to its end"},
		{"cpus-doubled", e.CPUsDoubled, "cores", "the same at twice the window"},
		{"available", e.available(), "cores", "left over by the upstream and by other processes"},
		{"growth", e.Growth.Mean, "x", "responses a second at twice the window, over those at the window"},
		{"queued", e.Queued, "requests", "in the upstream's queue, mean"},
		{"inflight", e.InFlight, "requests", "at the upstream, mean"},
	}
}
