package peers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"collatebench/bench"
)

// collated is a line of --results.
type collated struct {
	id      int
	records string
}

// collated reads the lines of --results; wrong is one that can't be read.
func (r run) collated() (out []collated, wrong string) {
	for line := range strings.SplitSeq(r.stdout, "\n") {
		rest, ok := strings.CutPrefix(line, "collated ")
		if !ok {
			continue
		}
		id, records, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(id)
		if _, bad := strconv.Atoi(records); err != nil || bad != nil {
			return out, line
		}
		out = append(out, collated{n, records})
	}
	return out, ""
}

func judgeResults(t *trial) {
	x := t.exchange(ask{window: 4, responses: 10, ops: 2, results: true})
	if !t.works(x, x.run) || x.wrongRequests(t.windowOf(x)) != "" {
		return
	}
	lines, wrong := x.collated()
	if wrong == "" {
		wrong = x.wrongResults(lines)
	}
	if wrong != "" {
		t.wrongf("%v: --results: %s", x, wrong)
	}
}

// wrongResults says how the lines differ from the responses that the upstream
// has sent.
func (x *exchange) wrongResults(lines []collated) string {
	sent := map[int]string{}
	for _, q := range x.traffic.requests {
		sent[q.id] = q.records
	}
	for i, l := range lines {
		switch records, asked := sent[l.id]; {
		case !asked:
			return fmt.Sprintf("id %d is told twice, or was not asked for", l.id)
		case records != l.records:
			return fmt.Sprintf("id %d has %s records, and %s are told", l.id, records, l.records)
		case x.collation(i) != x.collation(l.id):
			return fmt.Sprintf("id %d is line %d, among those of another collation", l.id, i+1)
		}
		delete(sent, l.id)
	}
	if len(sent) > 0 {
		return fmt.Sprintf("%d responses of %d are not told", len(sent), len(x.traffic.requests))
	}
	return ""
}

// judgeOrder delays a response until others have overtaken it.
func judgeOrder(t *trial) {
	late, x := t.late, t.only(t.delayed)
	lines, _ := x.collated()
	if !t.works(x, x.run) || len(lines) == 0 || late.reached < late.id+x.window-1 {
		return // nothing had overtaken it
	}
	var ids []int
	for _, l := range lines {
		ids = append(ids, l.id)
	}
	at := slices.Index(ids, late.id)
	overtaken := at >= 0 && slices.ContainsFunc(ids[:at], func(id int) bool { return id > late.id })
	switch promised := t.placement.Order; {
	case promised == bench.RequestWise && !slices.IsSorted(ids):
		t.wrongf("%v: collated in the order %v while %d was late; --list says %s", x, ids, late.id, promised)
	case promised == bench.Completion && !overtaken:
		t.wrongf("%v: %d was late, and none that is after it was collated before; --list says %s", x, late.id, promised)
	}
}
