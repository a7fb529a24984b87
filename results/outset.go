package results

import (
	"fmt"
	"strconv"
	"time"
)

// An Outset is what else there was on the machine when a run was started, or resumed.
type Outset struct {
	At time.Time `json:"at"`
	// Steal and Others are what the host and other processes took, and Of is what the run may
	// use, in cores; all are 0 where that can't be read.
	Steal  float64 `json:"steal_cores"`
	Others float64 `json:"others_cores"`
	Of     float64 `json:"of_cores"`
	// Busy says that so much would have been a disturbance of a sample.
	Busy   bool    `json:"busy,omitempty"`
	Beside string  `json:"beside,omitempty"`         // the run that was on the machine, and stayed
	Waited float64 `json:"waited_seconds,omitempty"` // for it to end, and for calm
	Forced bool    `json:"forced,omitempty"`         // --force went on in spite of it
	// Governor is the kernel's policy for the clock of the cores, and MinMHz to MaxMHz its
	// range; unknown in most virtual machines.
	Governor string  `json:"cpu_governor,omitempty"`
	MinMHz   float64 `json:"cpu_min_mhz,omitempty"`
	MaxMHz   float64 `json:"cpu_max_mhz,omitempty"`
}

// Took spells what others took: "1.9 of 2 cores (other processes 1.7, the host 0.2)".
func (o Outset) Took() string {
	return fmt.Sprintf("%.1f of %s (other processes %.1f, the host %.1f)", o.Others+o.Steal, cores(o.Of), o.Others, o.Steal)
}

func cores(n float64) string {
	if n == 1 {
		return "1 core"
	}
	return strconv.FormatFloat(n, 'g', 3, 64) + " cores"
}

// doubts says what there is to doubt in what was measured then. Others who did not keep the
// run from starting show in the samples that they disturbed.
func (o Outset) doubts() []string {
	if !o.Forced {
		return nil
	}
	at := "--force: at " + o.At.UTC().Format("15:04:05 UTC") + " it began "
	var out []string
	if o.Beside != "" {
		out = append(out, at+"beside "+o.Beside)
	}
	if o.Busy {
		out = append(out, at+"while others used "+o.Took())
	}
	return out
}

// Doubts says what in the run's record makes its figures doubtful, a line each: what else was
// on the machine when it began, and cells that can't have the cores that they ask for.
func (i Info) Doubts() []string {
	var out []string
	for _, o := range i.Outsets {
		out = append(out, o.doubts()...)
	}
	cells, err := i.Parse()
	may := i.Machine.Allowed()
	if err != nil || may.Cores < 1 {
		return out
	}
	most := 0
	for _, c := range cells {
		if !c.Simulated() {
			most = max(most, c.Procs)
		}
	}
	if most > may.Threads() {
		out = append(out, fmt.Sprintf("GOMAXPROCS=%d on %s: its threads take turns", most, i.Machine.Usable()))
	}
	return out
}
