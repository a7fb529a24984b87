package stats

// A Stage is a part of a response's time, from admission to collated.
type Stage struct {
	Name    string
	Seconds float64 // a response: the median over samples of their means
}

// Stages divides the time of a cell's responses. The rest is the hand-over, in which a
// decoded response waits to be collated. The result is nil if the lines have no times.
func (c CellSummary) Stages() []Stage {
	whole := c.Unit("resp-ns")
	if whole == 0 {
		return nil
	}
	queue := c.Unit("queue-ns/resp")
	served := max(0, c.Unit("headers-ns/resp")-queue)
	service := min(served, c.Unit("service-ns/resp"))
	out := []Stage{
		{"client queue", c.Unit("start-wait-ns/resp") + c.Unit("conn-wait-ns/resp")},
		{"upstream queue", queue},
		{"service", service},
		{"transfer", served - service + c.Unit("read-ns/resp")},
		{"wait for decoding", c.Unit("decode-wait-ns/resp")},
		{"decoding", c.Unit("decode-ns/resp")},
	}
	left := whole
	for i, s := range out {
		left -= s.Seconds
		out[i].Seconds = inSeconds(s.Seconds)
	}
	// The medians of the parts may have another sum than the median of the whole.
	return append(out, Stage{"hand-over", inSeconds(max(0, left))})
}
