package report

import (
	"collatebench/results"
	"collatebench/results/stats"
)

// own says that the run is of a person's own program.
func (d document) own() bool { return d.reading.Program != nil }

// ownTable has a row for the program as it is, and one for each change around it.
func (d document) ownTable() table {
	t := table{Columns: []column{
		{Name: "change", Text: true},
		{Name: "answers/s", Doc: "that the upstream gave, between the ramp and the end of a sample; median of the rounds"},
		{Name: "interval", Doc: "95% interval of the median"},
		{Name: "MB/s", Doc: "of bodies"},
		{Name: "cores", Doc: "that the program used"},
		{Name: "upstream-cpus", Doc: "cores that the upstream used"},
		{Name: "in flight", Doc: "requests at the upstream, mean"},
		{Name: "rwnd-limited ms", Doc: "per answer: its receive window was shut while the upstream had more to send; median"},
		{Name: "owed", Doc: "connections on which the upstream owes an answer, mean"},
		{Name: "unread MB", Doc: "bytes that have come and that the program has not read, mean"},
	}}
	if d.summary.Rounds == 0 {
		return t
	}
	v := d.summary.Values()
	for _, c := range v.Cells {
		var upstream, inFlight, shut, owed, unread []float64
		for _, round := range v.Rounds {
			x := round.Samples[v.Name(c)].External
			if x == nil || x.Seconds <= 0 {
				continue
			}
			upstream = append(upstream, x.Upstream/x.Seconds)
			if x.InFlight != nil {
				inFlight = append(inFlight, *x.InFlight/x.Seconds)
			}
			if x.RwndLimited != nil && x.Responses > 0 {
				shut = append(shut, *x.RwndLimited/x.Responses*1e3)
			}
			if x.Seen != nil {
				owed = append(owed, x.Seen.Upstream.Asked+x.Seen.Upstream.Connecting)
				unread = append(unread, x.Seen.Upstream.UnreadBytes/1e6)
			}
		}
		rate := stats.NewEstimate(v.Series(c, results.AnswerRate))
		t.Rows = append(t.Rows, []entry{
			{Shown: d.change(c)}, amount(rate.Median), between(rate), amount(stats.NewEstimate(v.Series(c, results.Throughput)).Median),
			amount(stats.NewEstimate(v.Series(c, results.CPUs)).Median), amount(stats.NewEstimate(upstream).Median), amount(stats.NewEstimate(inFlight).Median),
			amount(stats.NewEstimate(shut).Median), amount(stats.NewEstimate(owed).Median), amount(stats.NewEstimate(unread).Median),
		})
	}
	return t
}
