package verdict

import (
	"fmt"
	"math"
	"path"
	"strings"

	"collatebench/internal/spell"
)

const (
	coresAlike = "cores are worth the same and nothing else limits"
	moreAtOnce = "the upstream answers more at once as fast"
)

// trimPath keeps the last element of a function's package path if the path is long.
// It keeps encoding/json.Unmarshal whole, because that is exact.
func trimPath(function string) string {
	if strings.Count(function, "/") < 2 {
		return function
	}
	dir, base := path.Split(function)
	return path.Base(dir) + "/" + base
}

// location spells where the section spends its time.
func (s TraceSection) location() string {
	if s.Function == "" {
		return ""
	}
	if s.Calls != "" && s.At == "" {
		return " in " + s.Calls + ", called by " + trimPath(s.Function)
	}
	if s.Calls != "" {
		return " in " + s.Calls + ", called at " + s.At + " (" + trimPath(s.Function) + ")"
	}
	if s.At != "" {
		return " in " + trimPath(s.Function) + " (" + s.At + ")"
	}
	return " in " + s.Function
}

// timeSentence says which function takes the time.
func (s TraceSection) timeSentence(who string) string {
	if s.Function == "" {
		return ""
	}
	return fmt.Sprintf("%s spends %.0f%% of its time%s.\n", who, 100*s.Share, s.location())
}

// waitSentence says where the goroutines wait, and for how long.
func (w TraceWait) waitSentence() string {
	if w.At == "" {
		return ""
	}
	return fmt.Sprintf("They wait in %s at %s (%s), %s each time.\n", w.Reason, w.At, trimPath(w.In), siTime(w.Seconds))
}

// siTime spells seconds with an SI unit: 18 ms.
func siTime(s float64) string { return spell.DurationSI(s) }

// ofCores is the gain of using all cores: Procs over the goroutines executing.
func (t Trace) ofCores() float64 {
	return math.Max(1, float64(t.Procs)/math.Max(t.Executing, 1))
}

// predict sets the gain and the assumptions that it rests on, and returns the sentence
// of both. A gain that is not known is not set, and the sentence has no figure.
func (v *Verdict) predict(gain float64, what string, assumptions ...string) string {
	if !(gain >= 1) || math.IsInf(gain, 0) {
		return what + "; what that gains, this trace does not show."
	}
	v.PredictedGain = gain
	v.Assumptions = assumptions
	return fmt.Sprintf("%s: predicted gain up to %.1fx, if %s.", what, gain, strings.Join(assumptions, " and "))
}

// bound is the sentence of a change whose gain rests on something outside of the trace: the
// most that it can be is no prediction.
func bound(most float64, what, unknown string) string {
	if !(most > 1) || math.IsInf(most, 0) {
		return fmt.Sprintf("%s: what that gains rests on %s, which this trace does not show.", what, unknown)
	}
	return fmt.Sprintf("%s: what that gains, at most %.1fx, rests on %s, which this trace does not show.", what, most, unknown)
}
