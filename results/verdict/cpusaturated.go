package verdict

import "fmt"

// CPUSaturated means that the client does all that these cores can do with this
// codec. It is the healthy end: there is nothing to fix.
const CPUSaturated Cause = "cpu-saturated"

var cpuSaturatedProbes = probesRule{
	cause:    CPUSaturated,
	holds:    Probes.coresFull,
	sentence: sayCores,
	ruledOut: notCores,
	rests:    []string{"cpus", "available", "runnable", "growth", "several"},
	refuted:  parallelGained,
	interventions: []Intervention{
		{Name: "leaving decoding out", Cause: CPUSaturated, Recipe: Recipe{Edit: Edit{Set: "decode=off"}}},
	},
}

var cpuSaturatedTrace = traceRule{
	cause:   CPUSaturated,
	samples: true,
	holds:   Trace.cpuSaturated,
	say:     Trace.saySaturated,
}

var cpuSaturatedExternal = externalRule{
	cause:    CPUSaturated,
	holds:    External.filled,
	sentence: func(e External) string { return fmt.Sprintf("%s. The healthy end.", e.summary()) },
}

var cpuSaturatedProcess = processRule{
	cause: CPUSaturated,
	holds: Process.cpuSaturated,
	say: func(p Process, v *Verdict) {
		v.Sentence = p.cores() + ".\n" + p.connectionsLine() + p.where()
		if p.Allowed <= 1 {
			v.Sentence += "On one core serial is right."
			v.Uncertain = append(v.Uncertain, "whether the work would divide over more cores shows on two or more")
			return
		}
		v.Sentence += "This is the roof of these cores: less work per response, or more cores, would lift it."
	},
}

const (
	// starving, scheduling latency (p99), s: from here on the verdict mentions it.
	// The scheduler's own time slice is 10 ms.
	starving = .02

	// spins, share of the CPU samples: from here on it is worth more than a quarter.
	spins = .2
)

// cpuSaturated says that the process uses all that others leave, and would use more. Without the
// second, a serial client beside a busy upstream would seem to be at the roof.
func (p Process) cpuSaturated() (bool, string) {
	full := p.Cores >= saturated*p.Allowed || !p.idle() && p.Cores >= mostHalf*p.Allowed
	// What a runtime compiles and collects beside one piece of work fills two cores, too.
	wants := p.Allowed <= 1 || p.demand() > oneDemand && p.atLeast(2) > 1-oneAlways && p.own() > min(oneDemand, outsideCores*p.Allowed)
	return full && wants, p.cores()
}

// connectionsLine is a sentence of its own.
func (p Process) connectionsLine() string {
	if !p.States || p.Upstream.Connections == 0 {
		return ""
	}
	return capitalise(p.connections()) + ".\n"
}

func (p Probes) coresFull() bool { return p.full() && !p.gcBound() }

func sayCores(p Probes) string {
	if p.Cores <= 1 {
		return fmt.Sprintf("%s used: with one core, decoding in turn is right.", ofCores(p.used(), p.Cores))
	}
	text := fmt.Sprintf("%.2f of the %.2f cores available are used: the roof of these cores with this codec.", p.used(), p.available())
	if p.SchedLatencyP99 >= starving {
		text += fmt.Sprintf(" Others starve: a goroutine due every millisecond wakes %s late (p99).", goTime(p.SchedLatencyP99))
	}
	return text
}

func notCores(p Probes) string {
	if p.saturation() >= unsaturated {
		return ""
	}
	return p.usage()
}

// parallelGained says whether cores that looked full did more after decoding was
// made parallel, or parallel in another way.
func parallelGained(_ Link, i Intervention) bool {
	return i.Cause == Serialised && i.Measured.Gained() && i.Measured.Mean >= parallelGains
}

func (t Trace) cpuSaturated() (bool, string) {
	return t.full(), t.cores() + fmt.Sprintf(" and %.1f goroutines wait for one", t.Runnable)
}

func (t Trace) saySaturated(v *Verdict) {
	v.Sentence = t.cores() + fmt.Sprintf(", and %.1f goroutines wait for one.\n", t.Runnable)
	if t.Procs == 1 {
		v.Sentence = fmt.Sprintf("the one core (GOMAXPROCS is 1) is used for %.0f%% of the time: on one core serial is right.\n", 100*t.Executing)
		v.Uncertain = append(v.Uncertain, "whether the work would divide over more cores shows on two or more")
	}
	v.Sentence += t.Program.timeSentence("The program")
	if t.Spinning >= spins {
		v.Sentence += fmt.Sprintf("%.0f%% of the CPU samples only ask again and again for what is not there yet (Gosched, a lock's spinning).\n", 100*t.Spinning) +
			v.predict(1/(1-min(t.Spinning, .95)), "Wait for it instead, on a channel or a sync.Cond", "what spins takes cores from what works")
		return
	}
	v.Sentence += "This is the roof of these cores: less work per response, or more cores, would lift it."
}
