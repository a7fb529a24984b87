package verdict

import "fmt"

func (t Trace) full() bool {
	procs := float64(t.Procs)
	return t.Executing >= saturated*procs ||
		t.Executing >= saturatedRun*procs && t.Runnable >= fewRunnable
}

func (t Trace) cores() string {
	return fmt.Sprintf("%.2f of %d cores are used", t.Executing, t.Procs)
}

func (t Trace) dialling() (bool, string) {
	return t.DialShare >= dialHigh, fmt.Sprintf("%.0f%% of the CPU samples are dials and TLS handshakes", 100*t.DialShare)
}

func (t Trace) gcBound() (bool, string) {
	stopped := t.Executing >= stoppedRun*float64(t.Procs) && t.Runnable >= fewRunnable
	if !t.full() && !stopped {
		return false, t.cores()
	}
	return t.GCShare >= gcHigh, fmt.Sprintf("%.0f%% of the CPU samples are the garbage collector's", 100*t.GCShare)
}

func (t Trace) cpuSaturated() (bool, string) {
	return t.full(), t.cores() + fmt.Sprintf(" and %.1f goroutines wait for one", t.Runnable)
}

// roomToRun means that cores are idle and nobody waits for them.
func (t Trace) roomToRun() bool {
	return t.Procs > 1 && t.idle() >= idleCores && t.Runnable < fewRunnable
}

func (t Trace) oneGoroutine() (bool, string) {
	b := t.Busiest
	because := fmt.Sprintf("the busiest goroutine (%s) runs for %.0f%% of the time and %.1f others wait for it", b.Name, 100*b.Busy, b.Behind.Waiting)
	return t.roomToRun() && b.Busy >= busySection && b.Behind.Waiting >= someWaiting && b.Alone >= endedAlone, because
}

func (t Trace) pooled() (bool, string) {
	because := fmt.Sprintf("%.1f goroutines wait for a connection, and %.1f for an answer", t.Pool.Waiting, t.Answer.Waiting)
	return t.idle() >= idleCores && t.Pool.Waiting >= someWaiting && t.Pool.Share >= poolShare &&
		t.Pool.Waiting >= poolOfFlight*t.Answer.Waiting && t.Pool.Waiting > t.Gate.Waiting, because
}

// contended means that someone waits for a turn nearly always.
func (t Trace) contended() bool {
	return t.idle() >= idleCores && t.Gate.Share >= turnsTaken
}

func (t Trace) oneTurn() (bool, string) {
	g := t.Gate
	because := fmt.Sprintf("%.1f goroutines wait for a turn at any one place", g.Waiting)
	if g.Waiting > 0 {
		because = fmt.Sprintf("%.1f goroutines wait for a turn at %s, in %.0f%% of the time, and %.1f are past it", g.Waiting, g.At, 100*g.Share, g.Inside)
	}
	one := g.Waiting >= manyWaiting && g.Inside >= someWaiting && g.Inside <= onePermit
	return t.roomToRun() && t.contended() && (one || g.Lock && g.Waiting >= someWaiting), because
}

func (t Trace) capped() (bool, string) {
	g := t.Gate
	because := fmt.Sprintf("%.1f goroutines wait for a permit at any one place", g.Waiting)
	if g.Waiting > 0 {
		because = fmt.Sprintf("%.1f goroutines wait at %s, in %.0f%% of the time, and %.1f are past it", g.Waiting, g.At, 100*g.Share, g.Inside)
	}
	return t.contended() && !g.Lock && g.Waiting >= manyWaiting && g.Inside >= morePermits, because
}

func (t Trace) outside() (bool, string) {
	because := fmt.Sprintf("%.1f goroutines wait for an answer, in %.0f%% of the time, and %s", t.Answer.Waiting, 100*t.Answer.Share, t.cores())
	return t.Executing <= outsideCores*float64(t.Procs) && t.Busiest.Busy < outsideBusy &&
		t.Answer.Waiting >= answerWaiting && t.Answer.Share >= answerShare && t.Answer.Waiting >= t.Asleep.Waiting, because
}

// SerialGoroutine means that one goroutine is the serial section; where it is
// false and the cause is Serialised, the gate is.
func (t Trace) SerialGoroutine() bool {
	found, _ := t.oneGoroutine()
	return found
}
